"""Which engine a container uses, that it says why, and that no doubtful one is used by itself."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.shard_bucket import Bucket, Run
from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio.segmentation import Segment
from transcriber.engines.batched import onnx_conversion
from transcriber.engines.batched.network_cache import convert_network
from transcriber.engines.batched.network_files import MODEL
from transcriber.engines.batched.network_runner import NetworkRunner
from transcriber.engines.utterance import Utterance
from transcriber.model.graph import read_graph
from transcriber.model.model_folder import ModelFolder, open_folder
from transcriber.selection.engine_comparison import cut_clip, require_same_words, transcribe_all
from transcriber.selection.engine_selection import MIN_SECONDS_TO_COMPARE, open_engine
from transcriber.workers import memory
from transcription.contract.errors import EngineUnfit, GraphUnsupported, ModelInvalid
from transcription.contract.options import AUTO, BATCHED, LIBDEEPSPEECH, Options

ENGINES = (AUTO, BATCHED, LIBDEEPSPEECH)


@pytest.fixture
def folder(model_folder: Path) -> ModelFolder:
    return open_folder(model_folder)


def description(folder: ModelFolder, choice: str, seconds: float = 3600.0) -> tuple[str, str]:
    """The engine's name, without versions, and what is said of it."""
    with open_engine(folder, Options(engine=choice), 1, seconds) as engine:
        return engine.description.name.split()[0], engine.description.note


@pytest.mark.parametrize(
    ("choice", "seconds", "expected"),
    [
        (AUTO, 3600.0, "batched"),
        (AUTO, MIN_SECONDS_TO_COMPARE - 1, "libdeepspeech"),
        (BATCHED, 1.0, "batched"),
        (LIBDEEPSPEECH, 3600.0, "libdeepspeech"),
    ],
)
def test_the_engine_that_was_asked_for_is_the_one_that_works(
    folder: ModelFolder, choice: str, seconds: float, expected: str
) -> None:
    """For a single small file, the proof would cost more than it brings."""
    assert description(folder, choice, seconds) == (expected, "")
    assert multiprocessing.active_children() == []


def test_an_engine_that_hears_something_else_is_not_used_by_itself(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As with a graph that the reader takes for one that it is not."""
    graph = read_graph(folder.acoustic)
    output = graph.output_layer
    turned = replace(graph, output_layer=replace(output, weights=output.weights[:, ::-1], biases=output.biases[::-1]))
    network = onnx_conversion.convert(turned, tmp_path / folder.record.acoustic_sha256)
    monkeypatch.setenv("TRANSCRIBER_NETWORKS", str(tmp_path))
    name, note = description(folder, AUTO)
    assert name == "libdeepspeech"
    assert "in the built-in clip it hears" in note and "libdeepspeech 'yes@" in note
    assert network.exists()
    assert multiprocessing.active_children() == []


def test_a_graph_that_cannot_be_read_is_left_to_libdeepspeech_or_refused(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise GraphUnsupported("node 7 is a surprise.")

    monkeypatch.setattr("transcriber.engines.batched.network_cache.read_graph", refuse)
    assert description(folder, AUTO) == (
        "libdeepspeech",
        "libdeepspeech and not the batched engine: node 7 is a surprise.",
    )
    with pytest.raises(GraphUnsupported):
        description(folder, BATCHED)


def test_too_little_memory_is_found_before_the_kernel_finds_it(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    most = tmp_path / "memory.max"
    most.write_text(f"{100 * 2**20}\n")
    monkeypatch.setattr(memory, "_LIMITS", (tmp_path / "version 2 is not here", most))
    name, note = description(folder, AUTO)
    assert name == "libdeepspeech"
    assert "the container has 100 MiB" in note
    with pytest.raises(EngineUnfit, match="Give it more, or set the engine to libdeepspeech"):
        description(folder, BATCHED)
    most.write_text("max\n")
    assert memory.memory_limit() > 2**30
    assert description(folder, AUTO) == ("batched", "")


def test_processes_that_do_not_fit_are_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    official = 190 * 2**20
    for wanted, room, expected in ((4, 4, 4), (4, 3, 3), (4, 1, 1), (4, 0, 0), (2, 5, 2)):
        monkeypatch.setattr(memory, "memory_limit", lambda room=room: memory.needed_memory(official, room))
        assert memory.count_processes_that_fit(official, wanted) == expected


def test_a_process_needs_no_more_memory_than_it_is_said_to(folder: ModelFolder, clips: list[Clip]) -> None:
    """Else the kernel ends one in the middle of the night."""
    long = [np.resize(clip.samples, 15 * RATE) for clip in clips * 4]
    segments = [Segment(number, 0.0, each, 15.0) for number, each in enumerate(long)]
    with open_engine(folder, Options(engine=BATCHED), 2) as engine:
        list(engine.transcribe(segments))
        taken = sum(private_bytes(each.pid) for each in multiprocessing.active_children() if each.pid)
    size = folder.acoustic.stat().st_size
    assert taken < memory.needed_memory(size, 2) - memory.needed_memory(size, 0)


def private_bytes(pid: int) -> int:
    """What a process has in memory for itself alone."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(each.split()[1]) * 1024 for each in lines if each.startswith(("Private_Clean", "Private_Dirty")))


def test_a_run_gives_the_same_bytes_with_either_engine(bucket: Bucket, run: Run, clips: list[Clip]) -> None:
    found: list[dict[str, bytes]] = []
    for number, name in enumerate((BATCHED, LIBDEEPSPEECH)):
        files = {f"input/{number}/{clip.path.name}": clip.data for clip in clips}
        bucket.plan(files, Options(engine=name, formats=("srt", "vtt")))
        run()
        written = bucket.keys(f"output/{number}/")
        assert len(written) == 4 * len(clips)
        found.append({key.split("/")[-1]: bucket.read(key) for key in written if not key.endswith(".json")})
        for clip in clips:
            provenance = bucket.document(f"{number}/{clip.path.stem}")["provenance"]
            assert provenance["engine"].split()[0] == name
        assert bucket.result(0).engine.split()[0] == name
        for key in bucket.keys("runs/"):
            bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert found[0] == found[1]


def test_the_images_network_is_used_and_not_made_again(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    convert_network(folder, tmp_path)
    monkeypatch.setenv("TRANSCRIBER_NETWORKS", str(tmp_path))
    monkeypatch.setattr("transcriber.engines.batched.network_cache.convert_network", None)
    assert description(folder, BATCHED)[0] == "batched"


def test_half_a_network_is_never_found(folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A child that is ended while it writes must not leave something for the next one."""

    def end(*_: object) -> None:
        raise SystemExit(143)

    monkeypatch.setattr(onnx_conversion._Network, "document", end)
    with pytest.raises(SystemExit):
        convert_network(folder, tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_a_network_that_onnxruntime_cannot_load_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / MODEL).write_bytes(b"nonsense")
    with pytest.raises(ModelInvalid, match=r"cannot load .*acoustic\.onnx"):
        NetworkRunner(tmp_path / MODEL)


def test_the_int8_network_is_used_only_when_asked_for_and_says_how_far_it_agrees(
    folder: ModelFolder, clips: list[Clip]
) -> None:
    segments = [Segment(number, 0.0, clip.samples, len(clip.samples) / RATE) for number, clip in enumerate(clips)]
    with open_engine(folder, Options(int8_lstm=True), 1) as engine:
        answers = list(engine.transcribe(segments))
        told = engine.description
    assert told.name.startswith("batched int8 LSTM")
    assert told.note.startswith("the int8 LSTM has the words of float32 in ")
    assert f"of {len(clips)} segments" in told.note
    said = {each.file: [word.word for word in each.words] for each in answers if isinstance(each, Utterance)}
    assert sum(said[number] == clip.text.split() for number, clip in enumerate(clips)) >= len(clips) - 1


def test_two_engines_that_differ_are_told_apart(engine: object, folder: ModelFolder) -> None:
    with open_engine(folder, Options(engine=LIBDEEPSPEECH), 1) as one:
        heard = transcribe_all(one, cut_clip(RATE))
    assert [len(each.words) > 0 for each in heard] == [True, True]
    require_same_words(heard, heard)
    later = [
        replace(each, words=tuple(replace(word, start=word.start + 0.02) for word in each.words)) for each in heard
    ]
    with pytest.raises(EngineUnfit):
        require_same_words(heard, later)

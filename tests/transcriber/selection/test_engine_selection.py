"""A container uses the engine that the options select, and `auto` only selects an engine that works with the model."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.scorer_builder import ENGLISH, ScorerPlan, build
from tests.support.transcriber.shard_bucket import Bucket, Run
from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio.segmentation import Segment
from transcriber.engines.batched import onnx_conversion
from transcriber.engines.batched.network_cache import convert_network
from transcriber.engines.batched.network_files import MODEL
from transcriber.engines.batched.network_runner import NetworkRunner
from transcriber.engines.batched.onnx_graph import OnnxGraph
from transcriber.engines.utterance import Utterance
from transcriber.model.graph import read_graph
from transcriber.model.model_folder import ModelFolder, open_folder
from transcriber.selection.engine_comparison import cut_clip, require_same_words, transcribe_all
from transcriber.selection.engine_selection import MIN_SECONDS_TO_COMPARE, open_engine
from transcriber.workers import memory
from transcription.contract.errors import EngineUnfit, GraphUnsupported, ModelInvalid
from transcription.contract.hot_word import HotWord
from transcription.contract.options import AUTO, BATCHED, LIBDEEPSPEECH, Options

ENGINES = (AUTO, BATCHED, LIBDEEPSPEECH)


@pytest.fixture
def folder(model_folder: Path) -> ModelFolder:
    return open_folder(model_folder)


def describe_engine(folder: ModelFolder, selected: str, seconds: float = 3600.0) -> tuple[str, str]:
    """Start an engine and return its name, without versions, and its note."""
    with open_engine(folder, Options(engine=selected), 1, seconds) as engine:
        return engine.description.name.split()[0], engine.description.note


@pytest.mark.parametrize(
    ("selected", "seconds", "expected"),
    [
        (AUTO, 3600.0, "batched"),
        (AUTO, MIN_SECONDS_TO_COMPARE - 1, "libdeepspeech"),
        (BATCHED, 1.0, "batched"),
        (LIBDEEPSPEECH, 3600.0, "libdeepspeech"),
    ],
)
def test_the_options_select_the_engine(folder: ModelFolder, selected: str, seconds: float, expected: str) -> None:
    """For little audio, the comparison of the engines takes longer than the batched engine saves."""
    assert describe_engine(folder, selected, seconds) == (expected, "")
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("selected", ENGINES)
def test_a_scorer_for_another_alphabet_is_refused_before_an_engine_starts(
    model_folder: Path, tmp_path: Path, selected: str
) -> None:
    """DeepSpeech loaded it and wrote nonsense, and the run was green."""
    (tmp_path / "demo.pbmm").symlink_to(model_folder / "demo.pbmm")
    reversed_letters = (b" ", *reversed(ENGLISH[1:]))
    (tmp_path / "a.scorer").write_bytes(build(ScorerPlan(alphabet=reversed_letters)))
    with (
        pytest.raises(ModelInvalid, match=r"a\.scorer does not fit demo\.pbmm: it was made for another alphabet"),
        open_engine(open_folder(tmp_path), Options(engine=selected), 1),
    ):
        pass
    assert multiprocessing.active_children() == []


def test_a_hot_word_that_the_scorer_does_not_know_is_a_note_with_the_nearest_word(
    folder: ModelFolder, caplog: pytest.LogCaptureFixture
) -> None:
    hot_words = (HotWord("starrt", 2), HotWord("stop", 2), HotWord("zzz", 2))
    expected = (
        "the scorer does not know the hot word 'starrt', which is never recognised; the nearest word that it knows is "
        "'start'; the scorer does not know the hot word 'zzz', which is never recognised; no word that it knows is near"
    )
    for options in (Options(engine=BATCHED, hot_words=hot_words), Options(engine=LIBDEEPSPEECH, hot_words=hot_words)):
        with open_engine(folder, options, 1) as engine:
            assert engine.description.note == expected
    assert expected in caplog.text


def test_auto_does_not_use_an_engine_that_recognises_other_words(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The network here has its labels in reverse, as if the graph were read wrongly."""
    graph = read_graph(folder.acoustic)
    output = graph.output_layer
    reversed_output = replace(output, weights=output.weights[:, ::-1], biases=output.biases[::-1])
    reversed_labels = replace(graph, output_layer=reversed_output)
    network = onnx_conversion.convert(reversed_labels, tmp_path / folder.record.acoustic_sha256)
    monkeypatch.setenv("TRANSCRIBER_NETWORKS", str(tmp_path))
    name, note = describe_engine(folder, AUTO)
    assert name == "libdeepspeech"
    assert "in the built-in clip it recognises" in note and "libdeepspeech recognises 'yes@" in note
    assert network.exists()
    assert multiprocessing.active_children() == []


def test_for_a_graph_that_cannot_be_read_auto_uses_libdeepspeech(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise GraphUnsupported("node 7 is a surprise.")

    monkeypatch.setattr("transcriber.engines.batched.network_cache.read_graph", refuse)
    assert describe_engine(folder, AUTO) == (
        "libdeepspeech",
        "libdeepspeech instead of the batched engine: node 7 is a surprise.",
    )
    with pytest.raises(GraphUnsupported):
        describe_engine(folder, BATCHED)


def test_too_little_memory_is_detected_before_the_engine_starts(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{100 * 2**20}\n")
    monkeypatch.setattr(memory, "_LIMITS", (tmp_path / "missing", limit))
    name, note = describe_engine(folder, AUTO)
    assert name == "libdeepspeech"
    assert "the container has 100 MiB" in note
    with pytest.raises(EngineUnfit, match="Give the container more memory, or set the engine to libdeepspeech"):
        describe_engine(folder, BATCHED)
    limit.write_text("max\n")
    assert memory.memory_limit() > 2**30
    assert describe_engine(folder, AUTO) == ("batched", "")


def test_processes_that_do_not_fit_are_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    official = 190 * 2**20
    for wanted, fitting, expected in ((4, 4, 4), (4, 3, 3), (4, 1, 1), (4, 0, 0), (2, 5, 2)):
        monkeypatch.setattr(memory, "memory_limit", lambda fitting=fitting: memory.needed_memory(official, fitting))
        assert memory.count_processes_that_fit(official, wanted) == expected


def test_a_process_needs_no_more_memory_than_estimated(folder: ModelFolder, clips: list[Clip]) -> None:
    """Otherwise the kernel kills a process during a run."""
    long = [np.resize(clip.samples, 15 * RATE) for clip in clips * 4]
    segments = [Segment(number, 0.0, samples, 15.0) for number, samples in enumerate(long)]
    with open_engine(folder, Options(engine=BATCHED), 2) as engine:
        list(engine.transcribe(segments))
        used = sum(private_bytes(process.pid) for process in multiprocessing.active_children() if process.pid)
    size = folder.acoustic.stat().st_size
    assert used < memory.needed_memory(size, 2) - memory.needed_memory(size, 0)


def private_bytes(pid: int) -> int:
    """Return the memory that a process does not share with others."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def test_a_run_gives_the_same_bytes_with_either_engine(bucket: Bucket, run: Run, clips: list[Clip]) -> None:
    transcripts: list[dict[str, bytes]] = []
    for number, name in enumerate((BATCHED, LIBDEEPSPEECH)):
        files = {f"input/{number}/{clip.path.name}": clip.data for clip in clips}
        bucket.plan(files, Options(engine=name, formats=("srt", "vtt")))
        run()
        written = bucket.keys(f"output/{number}/")
        assert len(written) == 4 * len(clips)
        transcripts.append({key.split("/")[-1]: bucket.read(key) for key in written if not key.endswith(".json")})
        for clip in clips:
            provenance = bucket.document(f"{number}/{clip.path.stem}")["provenance"]
            assert provenance["engine"].split()[0] == name
        assert bucket.result(0).engine.split()[0] == name
        for key in bucket.keys("runs/"):
            bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert transcripts[0] == transcripts[1]


def test_the_images_network_is_used_and_not_made_again(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    convert_network(folder, tmp_path)
    monkeypatch.setenv("TRANSCRIBER_NETWORKS", str(tmp_path))
    monkeypatch.setattr("transcriber.engines.batched.network_cache.convert_network", None)
    assert describe_engine(folder, BATCHED)[0] == "batched"


def test_an_unfinished_network_is_never_used(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process that is ended while it writes must not leave a part for the next one."""

    def exit_early(*_: object) -> None:
        raise SystemExit(143)

    monkeypatch.setattr(OnnxGraph, "build", exit_early)
    with pytest.raises(SystemExit):
        convert_network(folder, tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_a_network_that_onnxruntime_cannot_load_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / MODEL).write_bytes(b"nonsense")
    with pytest.raises(ModelInvalid, match=r"cannot load .*acoustic\.onnx"):
        NetworkRunner(tmp_path / MODEL)


def test_the_int8_engine_notes_how_often_it_agrees_with_float32(folder: ModelFolder, clips: list[Clip]) -> None:
    segments = [Segment(number, 0.0, clip.samples, len(clip.samples) / RATE) for number, clip in enumerate(clips)]
    with open_engine(folder, Options(int8_lstm=True), 1) as engine:
        answers = list(engine.transcribe(segments))
        description = engine.description
    assert description.name.startswith("batched int8 LSTM")
    assert description.note.startswith("in the first ")
    assert "the int8 LSTM gives the same words as float32 in " in description.note
    assert description.note.endswith(f"of {len(clips)} segments")
    words = {answer.file: [word.word for word in answer.words] for answer in answers if isinstance(answer, Utterance)}
    assert sum(words[number] == clip.text.split() for number, clip in enumerate(clips)) >= len(clips) - 1


def test_words_at_other_times_count_as_a_difference(engine: object, folder: ModelFolder) -> None:
    with open_engine(folder, Options(engine=LIBDEEPSPEECH), 1) as libdeepspeech:
        utterances = transcribe_all(libdeepspeech, cut_clip(RATE))
    assert [len(utterance.words) > 0 for utterance in utterances] == [True, True]
    require_same_words(utterances, utterances)
    later = [
        replace(utterance, words=tuple(replace(word, start=word.start + 0.02) for word in utterance.words))
        for utterance in utterances
    ]
    with pytest.raises(EngineUnfit):
        require_same_words(utterances, later)

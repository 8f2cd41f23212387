"""The graph reader: weights that were put in come out, of every exporter, size and alphabet, or an error says why."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Optional

import deepspeech
import numpy as np
import pytest

from tests.support.transcriber import reference_network
from tests.support.transcriber.graph_skeletons import (
    ALPHABETS,
    DEMO,
    ENGLISH,
    OFFICIAL,
    Skeleton,
    Weights,
    chance,
    mapped,
)
from tests.support.transcriber.wav_files import Clip
from transcriber.model.graph import AcousticGraph, Features, read_graph, read_letters

#: As DeepSpeech's training code has them unless it is told otherwise.
FEATURES = Features(16000, 512, 320, 26, 40, 20.0, 8000.0)
#: Bytes of a constant that a converter takes out of the graph.
LARGE = 10_000


def weights_of(graph: AcousticGraph) -> Weights:
    """What was read, by the names it was put in with."""
    layers = zip((1, 2, 3, 5, 6), (*graph.layers_before_lstm, graph.layer_after_lstm, graph.output_layer))
    found = {"lstm_kernel": graph.lstm.kernel, "lstm_bias": graph.lstm.biases}
    for number, layer in layers:
        found |= {f"layer_{number}_weights": layer.weights, f"layer_{number}_bias": layer.biases}
    return found


def write(path: Path, graph: bytes) -> Path:
    path.write_bytes(mapped(graph) if path.suffix == ".pbmm" else graph)
    return path


@pytest.mark.parametrize(
    ("units", "alphabet", "exporter", "suffix"),
    [
        *product((64, 375), ALPHABETS, (OFFICIAL, DEMO), (".pb", ".pbmm")),
        # These are slow to write.
        (1024, "german", OFFICIAL, ".pb"),
        (1024, "german", DEMO, ".pbmm"),
        (2048, "english", DEMO, ".pb"),
    ],
)
def test_every_weight_and_setting_comes_out_as_it_was_put_in(
    tmp_path: Path, units: int, alphabet: str, exporter: str, suffix: str
) -> None:
    labels = ALPHABETS[alphabet]
    put_in = chance(units, labels)
    path = write(tmp_path / f"graph{suffix}", Skeleton(exporter).fill(put_in, labels))
    graph = read_graph(path)
    path.unlink()  # it stays mapped
    check_weights(graph, put_in)
    assert (graph.features, graph.context, graph.steps) == (FEATURES, 9, 16)
    assert (graph.lstm.units, graph.lstm.forget_bias, graph.lstm.cell_clip) == (units, 0.0, None)
    assert (graph.relu_clip, graph.beam_width, graph.labels) == (20.0, 500, labels)


def check_weights(graph: AcousticGraph, put_in: Weights) -> None:
    came_out = weights_of(graph)
    assert came_out.keys() == put_in.keys()
    for name, array in put_in.items():
        assert came_out[name].dtype == np.float32
        assert came_out[name].flags.aligned and not came_out[name].flags.writeable
        assert np.array_equal(came_out[name], array), name


def test_the_weights_of_a_mapped_model_take_no_memory_of_their_own(model_folder: Path) -> None:
    graph = read_graph(model_folder / "demo.pbmm")
    for name, array in weights_of(graph).items():
        if array.nbytes < LARGE:
            continue
        owner: Optional[object] = array
        while isinstance(owner, np.ndarray):
            assert not owner.flags.owndata, name
            owner = owner.base
        assert isinstance(owner, memoryview)


def test_weights_written_as_numbers_instead_of_bytes_are_the_same(tmp_path: Path) -> None:
    put_in = chance(64, ENGLISH)
    check_weights(read_graph(write(tmp_path / "graph.pb", Skeleton(OFFICIAL).fill(put_in, packed=True))), put_in)


@pytest.mark.parametrize("exporter", [OFFICIAL, DEMO])
@pytest.mark.parametrize("attributes", [{}, {"forget_bias": 1.0}, {"cell_clip": 0.5}], ids=str)
def test_what_is_read_hears_what_libdeepspeech_hears(
    tmp_path: Path, exporter: str, attributes: dict[str, float], model_folder: Path, clips: list[Clip]
) -> None:
    trained = weights_of(read_graph(model_folder / "demo.pbmm"))
    path = write(tmp_path / "graph.pbmm", Skeleton(exporter).fill(trained, **attributes))
    if attributes:
        _agreed(path, clips[0].samples)
        return
    right = [_agreed(path, each.samples).decode() == each.text for each in clips]
    assert sum(right) >= len(clips) * 0.7


@pytest.mark.parametrize("labels", ALPHABETS.values(), ids=ALPHABETS)
@pytest.mark.parametrize("exporter", [OFFICIAL, DEMO])
def test_any_alphabet_spells_as_libdeepspeech_spells(
    tmp_path: Path, exporter: str, labels: tuple[bytes, ...], clip: Clip
) -> None:
    put_in = chance(64, labels, seed=3)
    put_in["layer_6_bias"][-8:-1] += 3  # of the last letters, which are the odd ones
    path = write(tmp_path / "graph.pb", Skeleton(exporter).fill(put_in, labels))
    text = _agreed(path, clip.samples[:16000])
    assert sum(each in text for each in labels[-7:]) > 1
    assert read_letters(path) == set(labels)


def test_a_graph_of_the_official_size_is_read_as_libdeepspeech_reads_it(tmp_path: Path, clip: Clip) -> None:
    put_in = chance(2048, ENGLISH)
    path = write(tmp_path / "graph.pbmm", Skeleton(OFFICIAL).fill(put_in))
    check_weights(read_graph(path), put_in)
    _agreed(path, clip.samples[:8000])


def _agreed(path: Path, samples: reference_network.Samples, beam_width: int = 8) -> bytes:
    """What both hear, and take for equally likely."""
    native = deepspeech.Model(str(path))
    native.setBeamWidth(beam_width)
    [expected] = native.sttWithMetadata(samples, 1).transcripts
    graph = read_graph(path)
    text, confidence = reference_network.decode(
        reference_network.probabilities(samples, graph), graph.labels, beam_width
    )
    spelled = "".join(each.text for each in expected.tokens)
    assert text == spelled.encode("utf-8", "surrogateescape")
    assert confidence == pytest.approx(expected.confidence, rel=1e-4, abs=1e-4)
    return text

"""The graph reader returns the weights and settings of graphs of both exporters, of any size and alphabet."""

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
    random_weights,
    to_pbmm,
)
from tests.support.transcriber.wav_files import Clip
from transcriber.model.graph import AcousticGraph, Features, read_graph, read_letters

#: The defaults of DeepSpeech's training code.
FEATURES = Features(16000, 512, 320, 26, 40, 20.0, 8000.0)
#: Size in bytes from which a converter moves a constant out of the graph.
LARGE = 10_000


def weights_of(graph: AcousticGraph) -> Weights:
    """Return the weights of a graph by the names in `Weights`."""
    layers = zip((1, 2, 3, 5, 6), (*graph.layers_before_lstm, graph.layer_after_lstm, graph.output_layer))
    weights = {"lstm_kernel": graph.lstm.kernel, "lstm_bias": graph.lstm.biases}
    for number, layer in layers:
        weights |= {f"layer_{number}_weights": layer.weights, f"layer_{number}_bias": layer.biases}
    return weights


def write(path: Path, graph: bytes) -> Path:
    path.write_bytes(to_pbmm(graph) if path.suffix == ".pbmm" else graph)
    return path


@pytest.mark.parametrize(
    ("units", "alphabet", "exporter", "suffix"),
    [
        *product((64, 375), ALPHABETS, (OFFICIAL, DEMO), (".pb", ".pbmm")),
        # Large graphs are slow to write, so only a few are tested.
        (1024, "german", OFFICIAL, ".pb"),
        (1024, "german", DEMO, ".pbmm"),
        (2048, "english", DEMO, ".pb"),
    ],
)
def test_every_weight_and_setting_is_read_as_it_was_written(
    tmp_path: Path, units: int, alphabet: str, exporter: str, suffix: str
) -> None:
    labels = ALPHABETS[alphabet]
    expected_weights = random_weights(units, labels)
    path = write(tmp_path / f"graph{suffix}", Skeleton(exporter).fill(expected_weights, labels))
    graph = read_graph(path)
    path.unlink()  # the file stays mapped
    check_weights(graph, expected_weights)
    assert (graph.features, graph.context, graph.steps) == (FEATURES, 9, 16)
    assert (graph.lstm.units, graph.lstm.forget_bias, graph.lstm.cell_clip) == (units, 0.0, None)
    assert (graph.relu_clip, graph.beam_width, graph.labels) == (20.0, 500, labels)


def check_weights(graph: AcousticGraph, expected_weights: Weights) -> None:
    weights = weights_of(graph)
    assert weights.keys() == expected_weights.keys()
    for name, array in expected_weights.items():
        assert weights[name].dtype == np.float32
        assert weights[name].flags.aligned and not weights[name].flags.writeable
        assert np.array_equal(weights[name], array), name


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
    expected_weights = random_weights(64, ENGLISH)
    path = write(tmp_path / "graph.pb", Skeleton(OFFICIAL).fill(expected_weights, packed=True))
    check_weights(read_graph(path), expected_weights)


@pytest.mark.parametrize("exporter", [OFFICIAL, DEMO])
@pytest.mark.parametrize("attributes", [{}, {"forget_bias": 1.0}, {"cell_clip": 0.5}], ids=str)
def test_a_graph_that_was_read_gives_the_text_of_libdeepspeech(
    tmp_path: Path, exporter: str, attributes: dict[str, float], model_folder: Path, clips: list[Clip]
) -> None:
    trained = weights_of(read_graph(model_folder / "demo.pbmm"))
    path = write(tmp_path / "graph.pbmm", Skeleton(exporter).fill(trained, **attributes))
    if attributes:
        check_same_text(path, clips[0].samples)
        return
    correct = [check_same_text(path, clip.samples).decode() == clip.text for clip in clips]
    assert sum(correct) >= len(clips) * 0.7


@pytest.mark.parametrize("labels", ALPHABETS.values(), ids=ALPHABETS)
@pytest.mark.parametrize("exporter", [OFFICIAL, DEMO])
def test_any_alphabet_gives_the_text_of_libdeepspeech(
    tmp_path: Path, exporter: str, labels: tuple[bytes, ...], clip: Clip
) -> None:
    weights = random_weights(64, labels, seed=3)
    weights["layer_6_bias"][-8:-1] += 3  # make the last letters probable, which are not all in the English alphabet
    path = write(tmp_path / "graph.pb", Skeleton(exporter).fill(weights, labels))
    text = check_same_text(path, clip.samples[:16000])
    assert sum(letter in text for letter in labels[-7:]) > 1
    assert read_letters(path) == set(labels)


def test_a_graph_of_the_official_size_is_read_as_libdeepspeech_reads_it(tmp_path: Path, clip: Clip) -> None:
    expected_weights = random_weights(2048, ENGLISH)
    path = write(tmp_path / "graph.pbmm", Skeleton(OFFICIAL).fill(expected_weights))
    check_weights(read_graph(path), expected_weights)
    check_same_text(path, clip.samples[:8000])


def check_same_text(path: Path, samples: reference_network.Samples, beam_width: int = 8) -> bytes:
    """Check that libdeepspeech and the graph that was read give the same text and probability. Return the text."""
    native = deepspeech.Model(str(path))
    native.setBeamWidth(beam_width)
    [expected] = native.sttWithMetadata(samples, 1).transcripts
    graph = read_graph(path)
    text, confidence = reference_network.decode(
        reference_network.probabilities(samples, graph), graph.labels, beam_width
    )
    expected_text = "".join(token.text for token in expected.tokens)
    assert text == expected_text.encode("utf-8", "surrogateescape")
    assert confidence == pytest.approx(expected.confidence, rel=1e-4, abs=1e-4)
    return text

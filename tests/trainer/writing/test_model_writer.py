"""The writer of weights changes the bytes of the weights, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.graph_skeletons import ENGLISH, OFFICIAL, Skeleton, random_weights
from tests.trainer.conftest import small_graph
from trainer.errors import WeightsInvalid
from trainer.network.acoustic_model import AcousticModel
from trainer.writing.model_writer import write_model
from trainer.writing.tensor_places import find_places
from transcriber.model.graph import read_graph
from transcription.contract.errors import GraphUnsupported


def test_unchanged_weights_give_the_same_bytes(small_model: Path, tmp_path: Path) -> None:
    write_model(small_model, AcousticModel(small_model).weights, tmp_path / "copy.pb")
    assert (tmp_path / "copy.pb").read_bytes() == small_model.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["copy.pb"]


def test_unchanged_weights_of_a_mapped_file_give_the_same_bytes(demo_model: AcousticModel, tmp_path: Path) -> None:
    write_model(demo_model.path, demo_model.weights, tmp_path / "copy.pbmm")
    assert (tmp_path / "copy.pbmm").read_bytes() == demo_model.path.read_bytes()


def test_new_weights_are_read_back_and_no_other_byte_changes(small_model: Path, tmp_path: Path) -> None:
    old = AcousticModel(small_model)
    new = {role: values + np.float32(0.25) for role, values in old.weights.items()}
    write_model(small_model, new, tmp_path / "copy.pb")
    written = AcousticModel(tmp_path / "copy.pb")
    assert all(np.array_equal(written.weights[role], values) for role, values in new.items())
    before, after = (np.frombuffer(path.read_bytes(), np.uint8).copy() for path in (small_model, tmp_path / "copy.pb"))
    places = find_places(small_model, old.graph).values()
    assert sum(place.length for place in places) == 4 * sum(values.size for values in new.values())
    for place in places:
        before[place.offset : place.offset + place.length] = after[place.offset : place.offset + place.length] = 0
    assert np.array_equal(before, after)


def test_one_of_two_equal_biases_changes(tmp_path: Path) -> None:
    weights = random_weights(16, ENGLISH)
    weights["layer_2_bias"] = weights["layer_1_bias"]
    base = tmp_path / "base.pb"
    base.write_bytes(Skeleton(OFFICIAL).fill(weights, ENGLISH))
    new = dict(AcousticModel(base).weights)
    new["layer_2.biases"] = new["layer_2.biases"] + np.float32(1)
    write_model(base, new, tmp_path / "copy.pb")
    written = AcousticModel(tmp_path / "copy.pb").weights
    assert np.array_equal(written["layer_1.biases"], weights["layer_1_bias"])
    assert np.array_equal(written["layer_2.biases"], new["layer_2.biases"])


def test_a_constant_in_a_short_form_is_refused(tmp_path: Path) -> None:
    base = tmp_path / "base.pb"
    base.write_bytes(small_graph(packed=True))
    with pytest.raises(GraphUnsupported, match="short form"):
        write_model(base, AcousticModel(base).weights, tmp_path / "copy.pb")
    assert not (tmp_path / "copy.pb").exists()


def test_weights_of_another_shape_or_not_finite_are_refused(small_model: Path, tmp_path: Path) -> None:
    weights = AcousticModel(small_model).weights
    for wrong in (
        weights["layer_1.biases"][:-1],
        np.where(np.arange(16) == 3, np.float32(np.nan), weights["layer_1.biases"]),
    ):
        with pytest.raises(WeightsInvalid, match=r"layer_1\.biases"):
            write_model(small_model, {**weights, "layer_1.biases": wrong}, tmp_path / "copy.pb")
    with pytest.raises(WeightsInvalid, match="are to be written"):
        write_model(small_model, {"layer_1.biases": weights["layer_1.biases"]}, tmp_path / "copy.pb")
    assert list(tmp_path.iterdir()) == []


def test_the_reader_of_graphs_names_the_constants(small_model: Path) -> None:
    graph = read_graph(small_model)
    names = {graph.lstm.kernel_name, graph.lstm.biases_name}
    for layer in (*graph.layers_before_lstm, graph.layer_after_lstm, graph.output_layer):
        names |= {layer.weights_name, layer.biases_name}
    assert len(names) == 12 and all(names)

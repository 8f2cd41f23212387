"""The trainer's network computes what DeepSpeech's graph computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.transcriber import reference_network
from tests.support.transcriber.graph_skeletons import OFFICIAL
from tests.trainer.conftest import small_graph
from trainer.network import normalisation
from trainer.network.acoustic_model import AcousticModel, greedy_text
from trainer.network.batches import Example

Clips = list[tuple[npt.NDArray[np.int16], str]]


def _examples(model: AcousticModel, clips: Clips) -> list[Example]:
    return [
        Example(model.features(samples), tuple(model.letters.index(letter) for letter in text))
        for samples, text in clips
    ]


def test_probabilities_equal_the_reference(small_model: Path, clips: Clips) -> None:
    model = AcousticModel(small_model)
    for (samples, _), rows in zip(clips, model.probabilities(_examples(model, clips)), strict=True):
        expected = reference_network.probabilities(samples, model.graph)
        assert rows.shape == expected.shape
        assert np.abs(rows - expected).max() < 2e-5


def test_forget_bias_and_cell_clip_count(tmp_path: Path, clips: Clips) -> None:
    path = tmp_path / "model.pb"
    path.write_bytes(small_graph(OFFICIAL, forget_bias=1.5, cell_clip=0.4))
    model = AcousticModel(path)
    assert (model.settings.forget_bias, model.settings.cell_clip) == pytest.approx((1.5, 0.4))
    [rows] = model.probabilities(_examples(model, clips[:1]))
    assert np.abs(rows - reference_network.probabilities(clips[0][0], model.graph)).max() < 2e-5


def test_the_demo_model_hears_its_clips(demo_model: AcousticModel, clips: Clips) -> None:
    texts = [demo_model.greedy_text(rows) for rows in demo_model.probabilities(_examples(demo_model, clips))]
    assert sum(text == spoken for text, (_, spoken) in zip(texts, clips, strict=True)) >= 6


def test_the_loss_of_a_wrong_text_is_higher(demo_model: AcousticModel, clips: Clips) -> None:
    examples = _examples(demo_model, clips)
    swapped = [
        Example(example.features, other.letters)
        for example, other in zip(examples, examples[1:] + examples[:1], strict=True)
    ]
    assert demo_model.losses(examples).max() < 1
    assert demo_model.losses(swapped).min() > 3


def test_a_normalisation_that_is_unfolded_and_folded_changes_nothing(demo_model: AcousticModel, clips: Clips) -> None:
    examples = _examples(demo_model, clips)
    statistics = normalisation.measure(example.features for example in examples)
    unfolded = statistics.unfold(demo_model.weights)
    folded = statistics.fold(unfolded)
    first = demo_model.graph.layers_before_lstm[0].weights
    assert np.abs(unfolded["layer_1.weights"] - first).max() > 0.1
    [expected], [rows] = (demo_model.probabilities(examples[:1], weights) for weights in (None, folded))
    assert np.abs(rows - expected).max() < 1e-4


def test_greedy_text_drops_repetitions_and_blanks() -> None:
    rows = np.eye(4, dtype=np.float32)[[0, 0, 3, 0, 1, 1, 2, 3, 3]]
    assert greedy_text(rows, ("a", "b", " ")) == "aab"

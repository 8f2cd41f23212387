"""A training learns, continues after it was killed, and repeats itself exactly."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import pytest
from jax.typing import DTypeLike

from tests.support.taught_recordings import utterance
from trainer.network import normalisation
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import FRAMES, Batch, Example, padded_frames, stack
from trainer.network.weights import Weights
from trainer.training import fine_tuning
from trainer.training.augmentation import augment, variants
from trainer.training.checkpoint import TrainingState
from trainer.training.checkpoint_keeper import CheckpointKeeper, TeachingInterrupted
from trainer.training.fine_tuning import FineTuning, TrainingData
from trainer.training.recipe import TrainingRecipe

Clips = list[tuple[npt.NDArray[np.int16], str]]
#: Twelve steps, with a look after each third one.
RECIPE = TrainingRecipe(heard_minutes=2.2, looks=4, variants=1, warm_up_steps=2)


class Killed(Exception):
    """Raised in place of a kill."""


def _training(model: AcousticModel, clips: Clips, *, is_wrong: bool, factors: DTypeLike | None = None) -> FineTuning:
    texts = [text for _, text in clips]
    if is_wrong:  # something new to learn: other texts than those that the model hears
        texts = texts[1:] + texts[:1]
    utterances = [utterance(model, samples, text) for (samples, _), text in zip(clips, texts, strict=True)]
    random = np.random.default_rng(3)
    data = TrainingData(
        [variants(taught, RECIPE.variants, model, random) for taught in utterances],
        [taught.example for taught in utterances[:2]],
        [taught.example for taught in utterances],
        texts,
    )
    statistics = normalisation.measure(taught.example.features for taught in utterances)
    return FineTuning(model, statistics, data, RECIPE, 1e-3, factors=factors)


def _run_until_killed(training: FineTuning, checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Run a training that is killed when it would save its third look. Return the steps of the first two."""
    save = fine_tuning.save_state
    steps: list[int] = []

    def kill_after_second_look(path: Path, state: TrainingState) -> None:
        if len(steps) == 2:
            raise Killed
        steps.append(state.step)
        save(path, state)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(fine_tuning, "save_state", kill_after_second_look)
        training.run(checkpoint)
    return steps


def test_a_killed_training_continues_to_the_same_weights(
    demo_model: AcousticModel, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = _training(demo_model, clips, is_wrong=True)
    whole = training.run(tmp_path / "whole.npz")
    examples = [utterance(demo_model, *clip).example for clip in clips]
    wrong = [
        utterance(demo_model, samples, text).example
        for (samples, _), (_, text) in zip(clips, clips[1:] + clips[:1], strict=True)
    ]
    assert demo_model.losses(wrong, whole).mean() < 0.8 * demo_model.losses(wrong).mean()
    assert demo_model.losses(examples, whole).mean() > demo_model.losses(examples).mean()

    checkpoint, save = tmp_path / "killed.npz", fine_tuning.save_state
    steps = _run_until_killed(_training(demo_model, clips, is_wrong=True), checkpoint, monkeypatch)
    steps_before = list(steps)
    monkeypatch.setattr(fine_tuning, "save_state", lambda path, state: (steps.append(state.step), save(path, state)))
    continued = _training(demo_model, clips, is_wrong=True).run(checkpoint)
    assert steps == sorted(set(steps)) and len(steps) > len(steps_before), "a step was repeated"
    _assert_equal(continued, whole)
    # The training is finished: nothing is computed again.
    _assert_equal(training.run(checkpoint), whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed.npz", "whole.npz"]


def test_an_interrupted_training_loses_no_step(
    demo_model: AcousticModel, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes in the second step, which is no look, and the training continues elsewhere from the copy."""
    whole = _training(demo_model, clips, is_wrong=True).run(tmp_path / "whole.npz")
    training = _training(demo_model, clips, is_wrong=True)
    keeper = CheckpointKeeper(lambda path: Path(shutil.copy(path, tmp_path / "copy.npz")))
    step, steps = FineTuning.step, []

    def interrupted(self: FineTuning, parameters: object, state: TrainingState) -> object:
        steps.append(state.step)
        if state.step == 1 and self is training:
            assert keeper.interrupt()
        return step(self, parameters, state)  # type: ignore[arg-type]

    monkeypatch.setattr(FineTuning, "step", interrupted)
    with pytest.raises(TeachingInterrupted):
        training.run(tmp_path / "lost.npz", keeper)
    (tmp_path / "lost.npz").unlink()
    continued = _training(demo_model, clips, is_wrong=True).run(tmp_path / "copy.npz")
    assert steps == list(range(len(steps))), "a step was lost or repeated"
    _assert_equal(continued, whole)


def _assert_equal(first: Weights, second: Weights) -> None:
    assert first.keys() == second.keys()
    for role, values in first.items():
        assert np.array_equal(values, second[role]), role


@pytest.mark.parametrize("frames", FRAMES)
def test_rounded_factors_give_nearly_the_same_gradients_in_batches_of_every_shape(
    demo_model: AcousticModel, clips: Clips, frames: int
) -> None:
    training = _training(demo_model, clips, is_wrong=True)
    features = np.concatenate([demo_model.features(samples) for samples, _ in clips])
    repeated = np.resize(features, (frames, features.shape[1]))
    batch = stack([Example(repeated, tuple(demo_model.letters.index(letter) for letter in "one two three"))])
    parameters = {role: jnp.asarray(values) for role, values in demo_model.weights.items()}
    row_weights = fine_tuning._row_weights(batch, 1.0)
    exact, rounded = (
        training._gradients(parameters, batch, row_weights, dropout_key=None, factors=factors)
        for factors in (jnp.float32, jnp.bfloat16)
    )
    for role, gradient in exact.items():
        difference = float(jnp.linalg.norm(rounded[role] - gradient) / jnp.linalg.norm(gradient))
        assert 1e-5 < difference < 0.2, role


def _without_bfloat16(monkeypatch: pytest.MonkeyPatch, lacks: Callable[[tuple[int, ...]], bool]) -> list[DTypeLike]:
    """Let XLA lack products of bfloat16 in batches of some shapes. Return the list of the factors it is asked for."""
    gradients = fine_tuning._gradients
    asked: list[DTypeLike] = []

    def limited(parameters: Any, batch: Batch, *arguments: Any, factors: DTypeLike, **options: Any) -> Any:
        asked.append(factors)
        if factors == jnp.bfloat16 and lacks(batch.features.shape):
            raise jax.errors.JaxRuntimeError("UNIMPLEMENTED: Unsupported element type for DotThunk")
        return gradients(parameters, batch, *arguments, factors=factors, **options)

    monkeypatch.setattr(fine_tuning, "_gradients", limited)
    return asked


def test_batches_in_which_bfloat16_cannot_be_multiplied_are_computed_with_float32(
    demo_model: AcousticModel, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = _training(demo_model, clips, is_wrong=True, factors=jnp.float32).run(tmp_path / "exact.npz")
    asked = _without_bfloat16(monkeypatch, lambda shape: True)
    training = _training(demo_model, clips, is_wrong=True, factors=jnp.bfloat16)
    _assert_equal(training.run(tmp_path / "training.npz"), exact)
    assert 0 < asked.count(jnp.bfloat16) < asked.count(jnp.float32)


def test_a_continued_training_computes_the_same_batches_with_float32(
    demo_model: AcousticModel, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _without_bfloat16(monkeypatch, lambda shape: shape[1] > 150)
    whole = _training(demo_model, clips, is_wrong=True, factors=jnp.bfloat16).run(tmp_path / "whole.npz")
    assert asked.count(jnp.float32) > 2 and asked.count(jnp.bfloat16) > 2

    killed = _training(demo_model, clips, is_wrong=True, factors=jnp.bfloat16)
    _run_until_killed(killed, tmp_path / "killed.npz", monkeypatch)
    continued = _training(demo_model, clips, is_wrong=True, factors=jnp.bfloat16).run(tmp_path / "killed.npz")
    _assert_equal(continued, whole)


def test_an_error_that_float32_does_not_mend_is_raised(
    demo_model: AcousticModel, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_memory(*_arguments: Any, **_options: Any) -> Any:
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory")

    monkeypatch.setattr(fine_tuning, "_gradients", without_memory)
    with pytest.raises(jax.errors.JaxRuntimeError, match="Out of memory"):
        _training(demo_model, clips, is_wrong=True, factors=jnp.bfloat16).run(tmp_path / "training.npz")


def test_factors_are_rounded_on_a_processor_that_multiplies_bfloat16(
    demo_model: AcousticModel, clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _without_bfloat16(monkeypatch, lambda shape: False)
    monkeypatch.setattr(fine_tuning, "fastest_factors", lambda: jnp.bfloat16)
    training = _training(demo_model, clips, is_wrong=True)
    state = training.first_state()
    training.step({role: jnp.asarray(values) for role, values in state.weights.items()}, state)
    assert set(asked) == {jnp.bfloat16}


def test_augmentation_changes_speed_and_level_within_bounds(clips: Clips) -> None:
    samples = clips[0][0]
    random = np.random.default_rng(1)
    results = [augment(samples, 16000, random) for _ in range(20)]
    assert len({len(result) for result in results}) > 10
    assert all(0.9 < len(result) / len(samples) < 1.12 for result in results)
    assert all(3000 < np.abs(result.astype(np.int32)).max() < 32767 for result in results)


def test_a_variant_without_room_for_its_text_is_left_out(demo_model: AcousticModel, clips: Clips) -> None:
    samples, _ = clips[0]
    frames = len(demo_model.features(samples))
    tight = utterance(demo_model, samples, ("ab" * frames)[:frames])
    examples = variants(tight, 10, demo_model, np.random.default_rng(1))
    assert 1 < len(examples) < 11
    assert all(len(example.features) >= frames for example in examples)


def test_batches_of_one_shape_are_joined_and_give_the_sum_of_their_gradients(
    demo_model: AcousticModel, clips: Clips
) -> None:
    training = _training(demo_model, clips, is_wrong=True)
    examples = [utterance(demo_model, *clip).example for clip in clips]
    short = [example for example in examples if padded_frames(example) == padded_frames(examples[0])]
    parts = [
        (batch, fine_tuning._row_weights(batch, share))
        for batch, share in ((stack(short[:3]), 0.75), (stack(short[3:5]), 0.25))
    ]
    [joined] = fine_tuning._joined(parts)
    assert len(joined[0].features) == sum(len(batch.features) for batch, _ in parts)
    parameters = {role: jax.numpy.asarray(values) for role, values in demo_model.weights.items()}
    first, second, both = (
        training._gradients(parameters, *part, dropout_key=None, factors=jnp.float32) for part in (*parts, joined)
    )
    for role, values in both.items():
        wanted = np.asarray(first[role] + second[role])
        assert np.abs(values - wanted).max() < 1e-5 * max(1.0, float(np.abs(wanted).max())), role
    longer = stack([Example(np.zeros((300, short[0].features.shape[1]), np.float32), (1,))])
    mixed = [parts[0], (longer, fine_tuning._row_weights(longer, 0.25))]
    assert fine_tuning._joined(mixed) == mixed

"""The training loop: AdamW on CTC's loss, with rehearsed speech, looks at the tuning recordings, and checkpoints.

All random choices follow from the seed and the number of the step, so that a training that was killed continues from
its checkpoint with the same steps.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

from trainer.evaluation.word_errors import word_error_rate
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Batch, Example, group, stack
from trainer.network.forward import ctc_losses, logits
from trainer.network.normalisation import Normalisation
from trainer.network.weights import NetworkSettings, Parameters, Weights
from trainer.training.checkpoint import TrainingState, load_state, save_state
from trainer.training.checkpoint_keeper import CheckpointKeeper
from trainer.training.recipe import TrainingRecipe

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What a training learns from and is measured by."""

    #: For each recording, its example and the augmented variants.
    train: Sequence[Sequence[Example]]
    #: Recordings of other voices, which the model shall not forget. They may be none.
    rehearsed: Sequence[Example]
    tuning: Sequence[Example]
    tuning_texts: Sequence[str]


class FineTuning:
    """A training with one learning rate.

    Args:
        model: the base model.
        normalisation: mean and deviation of the features.
        data: the recordings.
        recipe: all other numbers.
        rate: the highest learning rate.
    """

    def __init__(
        self,
        model: AcousticModel,
        normalisation: Normalisation,
        data: TrainingData,
        recipe: TrainingRecipe,
        rate: float,
    ) -> None:
        self._model, self._normalisation, self._data, self._recipe = model, normalisation, data, recipe
        self._examples = [example for variants in data.train for example in variants]
        self._steps = _count_steps(self._examples, recipe)
        schedule = optax.warmup_cosine_decay_schedule(
            0.0, rate, min(recipe.warm_up_steps, self._steps // 2), max(2, self._steps)
        )
        self._optimiser = optax.chain(
            optax.clip_by_global_norm(recipe.clip_norm), optax.adamw(schedule, b1=0.9, b2=0.98, weight_decay=0.0)
        )
        statistics = jnp.asarray(normalisation.mean), jnp.asarray(normalisation.deviation)
        self._gradients = partial(_gradients, settings=model.settings, statistics=statistics)
        self._update = jax.jit(partial(_update, self._optimiser))

    def run(self, checkpoint: Path, keeper: CheckpointKeeper | None = None) -> Weights:
        """Train, and return the weights that were best on the tuning recordings. They take raw features.

        Args:
            checkpoint: the file for checkpoints. A training continues from it.
            keeper: decides when to save between two looks.

        Raises:
            TeachingInterrupted: the keeper was interrupted. The checkpoint has all steps.
        """
        keeper = keeper or CheckpointKeeper()
        weights = self._normalisation.unfold(self._model.weights)
        parameters = _to_jax(weights)
        state = load_state(checkpoint, TrainingState(weights, self._optimiser.init(parameters)))
        parameters = _to_jax(state.weights)
        interval = max(1, self._steps // self._recipe.looks)
        with keeper.training():
            while not state.is_finished:
                parameters, state.optimiser = self._step(parameters, state)
                state.step += 1
                is_look = state.step % interval == 0 or state.step == self._steps
                if is_look or keeper.is_due:
                    state.weights = {role: np.asarray(values) for role, values in parameters.items()}
                    if is_look:
                        self._look(state)
                    save_state(checkpoint, state)
                    keeper.keep(checkpoint, is_finished=state.is_finished)
        return state.best_weights or self._model.weights

    def _step(self, parameters: Parameters, state: TrainingState) -> tuple[Parameters, optax.OptState]:
        share = self._recipe.rehearsed_share if self._data.rehearsed else 0.0
        key = jax.random.fold_in(jax.random.key(self._recipe.seed), state.step)
        gradients = self._gradients(parameters, self._batch(self._examples, state.step, 0), dropout_key=key)
        if share:
            rehearsed = self._gradients(parameters, self._batch(self._data.rehearsed, state.step, 1), dropout_key=key)
            gradients = jax.tree.map(lambda new, old: (1 - share) * new + share * old, gradients, rehearsed)
        updated: tuple[Parameters, optax.OptState] = self._update(parameters, state.optimiser, gradients)
        return updated

    def _batch(self, examples: Sequence[Example], step: int, stream: int) -> Batch:
        """Return the batch of a step. Each pass over the examples has an order of its own.

        Args:
            examples: the examples.
            step: the number of the step.
            stream: tells the random numbers of the rehearsed speech from those of the set.
        """
        count = len(group(examples, range(len(examples))))
        random = np.random.default_rng((self._recipe.seed, stream, step // count))
        batches = group(examples, random.permutation(len(examples)).tolist())
        random.shuffle(batches)
        return stack([examples[number] for number in batches[step % count]])

    def _look(self, state: TrainingState) -> None:
        """Measure the weights on the tuning recordings, and keep them if they are the best."""
        folded = self._normalisation.fold(state.weights)
        rows = self._model.probabilities(self._data.tuning, folded)
        errors = word_error_rate(self._data.tuning_texts, [self._model.greedy_text(row) for row in rows])
        loss = float(np.mean(self._model.losses(self._data.tuning, folded)))
        state.looks_without_gain += 1
        if np.isfinite(loss) and (errors, loss) < state.best_score:
            state.best_score, state.best_weights, state.looks_without_gain = (errors, loss), folded, 0
        state.is_finished = (
            state.step >= self._steps or not np.isfinite(loss) or state.looks_without_gain >= self._recipe.patience
        )
        _log.info("step %d of %d: %.1f %% word errors without scorer, loss %.3f", state.step, self._steps, errors, loss)


def _count_steps(examples: Sequence[Example], recipe: TrainingRecipe) -> int:
    """Return how many steps it takes to hear the minutes of the recipe."""
    batches = group(examples, range(len(examples)))
    seconds = 0.02 * sum(len(example.features) for example in examples)
    return max(recipe.looks, round(60 * recipe.heard_minutes * len(batches) / max(seconds, 1.0)))


@partial(jax.jit, static_argnames="settings")
def _gradients(
    parameters: Parameters,
    batch: Batch,
    *,
    settings: NetworkSettings,
    statistics: tuple[jax.Array, jax.Array],
    dropout_key: jax.Array,
) -> Parameters:
    def loss(parameters: Parameters) -> jax.Array:
        features, lengths, letters, counts = map(jnp.asarray, batch)
        losses = ctc_losses(logits(parameters, settings, features, statistics, dropout_key), lengths, letters, counts)
        return jnp.sum(jnp.where(counts > 0, losses, 0)) / jnp.maximum(1, jnp.sum(counts))

    gradients: Parameters = jax.grad(loss)(parameters)
    return gradients


def _update(
    optimiser: optax.GradientTransformation, parameters: Parameters, state: optax.OptState, gradients: Parameters
) -> tuple[Parameters, optax.OptState]:
    updates, state = optimiser.update(gradients, state, parameters)
    return optax.apply_updates(parameters, updates), state


def _to_jax(weights: Weights) -> Parameters:
    return {role: jnp.asarray(values) for role, values in weights.items()}

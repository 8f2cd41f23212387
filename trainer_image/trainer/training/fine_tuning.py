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
from jax.typing import DTypeLike

from trainer.evaluation.word_errors import word_error_rate
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Batch, Example, group
from trainer.network.forward import ctc_losses, logits
from trainer.network.normalisation import Normalisation
from trainer.network.products import fastest_factors
from trainer.network.weights import Floats, NetworkSettings, Parameters, Weights
from trainer.training.batch_order import BatchOrder
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
        factors: the type to which factors of products are rounded; without it, the one that is fastest on this machine.
    """

    def __init__(
        self,
        model: AcousticModel,
        normalisation: Normalisation,
        data: TrainingData,
        recipe: TrainingRecipe,
        rate: float,
        *,
        factors: DTypeLike | None = None,
    ) -> None:
        self._model, self._normalisation, self._data, self._recipe = model, normalisation, data, recipe
        self._factors = fastest_factors() if factors is None else factors
        self._unrounded_shapes: set[tuple[int, ...]] = set()
        examples = [example for variants in data.train for example in variants]
        self._taught = BatchOrder(examples, (recipe.seed, 0))
        self._rehearsed = BatchOrder(data.rehearsed, (recipe.seed, 1), self._taught) if data.rehearsed else None
        self._steps = _count_steps(examples, recipe)
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
        state = load_state(checkpoint, self.first_state())
        parameters = _to_jax(state.weights)
        interval = max(1, self._steps // self._recipe.looks)
        with keeper.training():
            while not state.is_finished:
                parameters, state.optimiser = self.step(parameters, state)
                state.step += 1
                is_look = state.step % interval == 0 or state.step == self._steps
                if is_look or keeper.is_due:
                    state.weights = {role: np.asarray(values) for role, values in parameters.items()}
                    if is_look:
                        self._look(state)
                    save_state(checkpoint, state)
                    keeper.keep(checkpoint, is_finished=state.is_finished)
        return state.best_weights or self._model.weights

    def first_state(self) -> TrainingState:
        """Return the state before the first step. Its weights take normalised features."""
        weights = self._normalisation.unfold(self._model.weights)
        return TrainingState(weights, self._optimiser.init(_to_jax(weights)))

    def step(self, parameters: Parameters, state: TrainingState) -> tuple[Parameters, optax.OptState]:
        """Return the weights and the optimiser's state after one more step.

        Args:
            parameters: the weights, which take normalised features.
            state: the state before the step; the function does not change it.
        """
        share = self._recipe.rehearsed_share if self._rehearsed else 0.0
        key = jax.random.fold_in(jax.random.key(self._recipe.seed), state.step)
        batch = self._taught.batch(state.step)
        parts = [(batch, _row_weights(batch, 1 - share))]
        if self._rehearsed and share:
            rehearsed = self._rehearsed.batch(state.step)
            parts.append((rehearsed, _row_weights(rehearsed, share)))
        first, *others = (self._part_gradients(parameters, part, key) for part in _joined(parts))
        gradients = jax.tree.map(jnp.add, first, others[0]) if others else first
        updated: tuple[Parameters, optax.OptState] = self._update(parameters, state.optimiser, gradients)
        return updated

    def _part_gradients(self, parameters: Parameters, part: tuple[Batch, Floats], key: jax.Array) -> Parameters:
        """Return the gradients of a batch. If XLA cannot multiply bfloat16 in batches of its shape, use float32.

        What XLA can multiply depends on the processor and on the shape, and it says so only when it computes. The
        factors depend on nothing else, so that a continued training repeats them.
        """
        shape = part[0].features.shape
        factors = jnp.float32 if shape in self._unrounded_shapes else self._factors
        try:
            gradients: Parameters = self._gradients(parameters, *part, dropout_key=key, factors=factors)
            jax.block_until_ready(gradients)  # type: ignore[no-untyped-call]  # Errors of the computation come here.
        except jax.errors.JaxRuntimeError as error:
            if factors == jnp.float32 or "UNIMPLEMENTED" not in str(error):
                raise
            _log.warning("XLA cannot multiply bfloat16 in batches of the shape %s; they use float32: %s", shape, error)
            self._unrounded_shapes.add(shape)
            return self._part_gradients(parameters, part, key)
        return gradients

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


def _row_weights(batch: Batch, share: float) -> Floats:
    """Return the weight of each recording's loss, so that the sum is `share` times the mean loss per letter."""
    weights: Floats = np.where(batch.counts > 0, share / max(1, int(batch.counts.sum())), 0).astype(np.float32)
    return weights


def _joined(parts: Sequence[tuple[Batch, Floats]]) -> list[tuple[Batch, Floats]]:
    """Return batches of the same shape, with their weights, as one batch. Return other batches as they are.

    In each frame, the LSTM reads all its weights for all rows together. Twice as many rows take little more time.
    """
    if len({batch.features.shape for batch, _ in parts}) > 1:
        return list(parts)
    batches, weights = zip(*parts, strict=True)
    return [(Batch(*map(np.concatenate, zip(*batches, strict=True))), np.concatenate(weights))]


@partial(jax.jit, static_argnames=("settings", "factors"))
def _gradients(
    parameters: Parameters,
    batch: Batch,
    row_weights: Floats,
    *,
    settings: NetworkSettings,
    statistics: tuple[jax.Array, jax.Array],
    dropout_key: jax.Array | None,
    factors: DTypeLike,
) -> Parameters:
    def loss(parameters: Parameters) -> jax.Array:
        features, lengths, letters, counts = map(jnp.asarray, batch)
        scores = logits(parameters, settings, features, statistics, dropout_key, factors=factors)
        losses = ctc_losses(scores, lengths, letters, counts)
        return jnp.sum(jnp.where(row_weights > 0, losses * row_weights, 0))

    gradients: Parameters = jax.grad(loss)(parameters)
    return gradients


def _update(
    optimiser: optax.GradientTransformation, parameters: Parameters, state: optax.OptState, gradients: Parameters
) -> tuple[Parameters, optax.OptState]:
    updates, state = optimiser.update(gradients, state, parameters)
    return optax.apply_updates(parameters, updates), state


def _to_jax(weights: Weights) -> Parameters:
    return {role: jnp.asarray(values) for role, values in weights.items()}

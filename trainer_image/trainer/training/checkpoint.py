"""The checkpoint of a training: everything that the next step depends on, in one file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np

from trainer.network.weights import Weights


@dataclass
class TrainingState:
    """The state of a training after a number of steps."""

    weights: Weights
    #: The state of the optimiser, whose structure comes from the optimiser.
    optimiser: Any
    step: int = 0
    best_weights: Weights = field(default_factory=dict)
    #: Word error rate and loss of `best_weights` on the tuning recordings. Less is better.
    best_score: tuple[float, float] = (float("inf"), float("inf"))
    #: Looks at the tuning recordings since the best one.
    looks_without_gain: int = 0
    is_finished: bool = False


def save_state(path: Path, state: TrainingState) -> None:
    """Write a checkpoint. The file is complete, or keeps its earlier content."""
    arrays: dict[str, Any] = {f"weights/{role}": values for role, values in state.weights.items()}
    arrays |= {f"best/{role}": values for role, values in state.best_weights.items()}
    arrays |= {f"optimiser/{number}": leaf for number, leaf in enumerate(jax.tree.leaves(state.optimiser))}
    arrays["numbers"] = np.array([state.step, *state.best_score, state.looks_without_gain, state.is_finished])
    unfinished = path.with_name(f".{path.name}.unfinished.npz")
    with unfinished.open("wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def load_state(path: Path, empty: TrainingState) -> TrainingState:
    """Return the state in a checkpoint, or `empty` if there is none.

    Args:
        path: the checkpoint.
        empty: the state before the first step, which gives the structure of the optimiser's state.
    """
    if not path.exists():
        return empty
    with np.load(path, allow_pickle=False) as stored:
        numbers = stored["numbers"].tolist()
        leaves, structure = jax.tree.flatten(empty.optimiser)
        optimiser = [jax.numpy.asarray(stored[f"optimiser/{number}"]) for number in range(len(leaves))]
        return TrainingState(
            {role: stored[f"weights/{role}"] for role in empty.weights},
            jax.tree.unflatten(structure, optimiser),
            int(numbers[0]),
            {role: stored[f"best/{role}"] for role in empty.weights if f"best/{role}" in stored},
            (numbers[1], numbers[2]),
            int(numbers[3]),
            bool(numbers[4]),
        )

"""The recipe: every number that decides how a model is fine-tuned. Reports contain it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingRecipe:
    """The numbers of a training. docs/teaching.md explains the defaults."""

    #: Each learning rate gives a training of its own.
    learning_rates: tuple[float, ...] = (3e-4, 1e-3)
    #: Shares of the new weights in the mixtures; the rest are the old weights.
    shares: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    #: Audio that a training hears in all, without rehearsed speech, in minutes.
    heard_minutes: float = 80.0
    #: How often a training looks at the tuning recordings, and after how many looks without gain it stops.
    looks: int = 24
    patience: int = 6
    warm_up_steps: int = 20
    clip_norm: float = 1.0
    #: Augmented variants of each recording, beside the recording itself.
    variants: int = 8
    #: Share of the loss that comes from rehearsed speech, if there is any.
    rehearsed_share: float = 0.5
    #: Points of word error rate by which a guard set may become worse.
    guard_points: float = 1.5
    seed: int = 0

"""The candidates for the scorer: the one of the base model, and new ones from the texts.

Tuning recordings choose among those that no guard set forbids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.data.utterance import Utterance
from trainer.evaluation.word_errors import guards_allow, word_error_rate
from trainer.network.acoustic_model import AcousticModel
from trainer.network.weights import Floats
from trainer.recognition import recogniser_process
from trainer.recognition.recogniser_process import ScorerWeights
from trainer.scorer.language_model import LanguageModel, estimate
from trainer.scorer.scorer_writer import write_scorer
from trainer.scorer.weights_choice import USUAL_WEIGHTS, MeasuredWeights, rank_weights
from trainer.writing.model_folder_writer import write_folder_with_scorer
from transcriber.model.model_folder import ModelFolder


@dataclass(frozen=True)
class Candidate:
    """A scorer, and its word error rates in per cent."""

    name: str
    #: The number of words that it knows; `None` for the scorer of the base model.
    words: int | None
    weights: ScorerWeights | None
    #: `None` if there are no tuning recordings.
    tuning_errors: float | None
    #: By the name of the guard set.
    guard_errors: Mapping[str, float]

    @property
    def is_old_scorer(self) -> bool:
        """Whether nothing would change."""
        return self.words is None


#: The name of the candidate that keeps the scorer of the base model.
OLD = "the base model's scorer"


@dataclass(frozen=True, eq=False)
class HeardSpeech:
    """Recordings with what the acoustic model hears in them, which no scorer changes."""

    texts: Sequence[str]
    probabilities: Sequence[Floats]

    def error_rates(self, folder: Path, weights: Sequence[ScorerWeights] = ()) -> list[float]:
        """Return word error rates with the scorer of a model folder, one for each pair of weights.

        Args:
            folder: the model folder.
            weights: pairs of weights. Without any, the only rate is with those of the folder.
        """
        if not self.texts:
            return [0.0] * max(1, len(weights))
        results = recogniser_process.decode(folder, self.probabilities, weights)
        return [word_error_rate(self.texts, texts) for texts in results]


def hear(model: AcousticModel, utterances: Sequence[Utterance]) -> HeardSpeech:
    """Return what an acoustic model hears in recordings."""
    rows = model.probabilities([utterance.example for utterance in utterances])
    return HeardSpeech([utterance.text for utterance in utterances], rows)


class NewScorer:
    """A new scorer in a model folder of its own.

    Args:
        base: the base model.
        sentences: the sentences from which it learns.
        alphabet: the letters of the acoustic model, by label.
        folder: the folder to write, in which the acoustic model is the base model's.

    Raises:
        KenlmMissing, KenlmFailed: the language model could not be estimated.
    """

    def __init__(self, base: ModelFolder, sentences: Sequence[str], alphabet: Sequence[bytes], folder: Path) -> None:
        self._base = base
        self._alphabet = alphabet
        self.words = sorted({word for sentence in sentences for word in sentence.split()})
        self.model: LanguageModel = estimate(sentences)
        self.folder = folder
        self.write(USUAL_WEIGHTS, {})

    def write(self, weights: ScorerWeights, lineage: Mapping[str, str]) -> None:
        """Write the model folder with weights of the scorer and lineage."""
        self.folder.mkdir(parents=True, exist_ok=True)
        scorer = self.folder / f"{self.folder.name}.scorer"
        write_scorer(scorer, self.model, self.words, self._alphabet, weights)
        write_folder_with_scorer(self._base, scorer, weights, self.folder, lineage)


def measure_old(base: Path, tuning: HeardSpeech, guards: Mapping[str, HeardSpeech]) -> Candidate:
    """Measure the scorer of the base model."""
    guard_errors = {name: guard.error_rates(base)[0] for name, guard in guards.items()}
    return Candidate(OLD, None, None, tuning.error_rates(base)[0] if tuning.texts else None, guard_errors)


def measure_new(
    name: str,
    scorer: NewScorer,
    tuning: HeardSpeech,
    guards: Mapping[str, HeardSpeech],
    *,
    old: Candidate,
    guard_points: float,
) -> Candidate:
    """Choose the weights of a new scorer, and measure it.

    Those with the fewest errors in the tuning recordings are chosen among those that no guard set forbids. If guard
    sets forbid all, they are chosen among all.

    Args:
        name: the name of the candidate.
        scorer: the new scorer.
        tuning: the tuning recordings.
        guards: other speech, by the name of the guard set.
        old: the scorer of the base model.
        guard_points: points by which a guard set may become worse.
    """
    ranked = rank_weights(scorer.folder, tuning.probabilities, tuning.texts)

    def measure(choices: Sequence[MeasuredWeights]) -> list[Candidate]:
        """Return the new scorer with each of these weights."""
        weights = [choice.weights for choice in choices]
        guard_errors = {guard: speech.error_rates(scorer.folder, weights) for guard, speech in guards.items()}
        return [
            Candidate(
                name,
                len(scorer.words),
                choice.weights,
                choice.errors.word_error_rate if choice.errors else None,
                {guard: errors[place] for guard, errors in guard_errors.items()},
            )
            for place, choice in enumerate(choices)
        ]

    [best] = measure(ranked[:1])
    if len(ranked) == 1 or _is_allowed(best, old, guard_points):
        return best
    # All other weights take as long as those of the tuning recordings, so they are measured only if it is needed.
    allowed = (candidate for candidate in measure(ranked[1:]) if _is_allowed(candidate, old, guard_points))
    return next(allowed, best)


def choose_candidate(candidates: Sequence[Candidate], guard_points: float) -> Candidate:
    """Return the candidate with the fewest errors on the tuning recordings that no guard set forbids.

    Between equal ones, the first is chosen. Without tuning recordings, the first new one is chosen, and guard sets are
    not asked, because its weights were not chosen either.

    Args:
        candidates: the candidates; the first is the base model's scorer.
        guard_points: points by which a guard set may become worse.
    """
    old, *new = candidates
    if old.tuning_errors is None:
        return new[0]
    allowed = [candidate for candidate in candidates if _is_allowed(candidate, old, guard_points)]
    return min(allowed, key=lambda candidate: candidate.tuning_errors or 0.0)


def _is_allowed(candidate: Candidate, old: Candidate, guard_points: float) -> bool:
    """Return whether no guard set is worse with a candidate by more than `guard_points`."""
    return guards_allow(old.guard_errors, candidate.guard_errors, guard_points)

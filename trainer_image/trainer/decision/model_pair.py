"""The old and the new model, compared on the same recordings, with their scorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.data.utterance import Utterance
from trainer.decision.promotion import MeasuredChange
from trainer.evaluation.bootstrap import improvement_interval
from trainer.evaluation.word_errors import Comparison, compare
from trainer.network.acoustic_model import AcousticModel
from trainer.recognition import recogniser_process


@dataclass(frozen=True, eq=False)
class ModelPair:
    """Two models: their folders, and their acoustic models."""

    old_folder: Path
    old: AcousticModel
    new_folder: Path
    new: AcousticModel

    def compare(self, utterances: Sequence[Utterance]) -> tuple[MeasuredChange, Comparison]:
        """Return the errors of both models in recordings, and what the new model hears in detail."""
        old = _compare(self.old_folder, self.old, utterances)
        new = _compare(self.new_folder, self.new, utterances)
        return MeasuredChange(old.total, new.total, improvement_interval(old.errors, new.errors)), new


def _compare(folder: Path, model: AcousticModel, utterances: Sequence[Utterance]) -> Comparison:
    rows = model.probabilities([utterance.example for utterance in utterances])
    [texts] = recogniser_process.decode(folder, rows)
    return compare([utterance.text for utterance in utterances], texts)

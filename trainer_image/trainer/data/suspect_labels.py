"""Texts that probably belong to other recordings, found by the present model's loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer.data.finding import Finding, FindingCode
from trainer.data.utterance import Utterance
from trainer.network.acoustic_model import AcousticModel

#: Loss per letter above which a text is suspect. With the demo model it finds 20 of 20 swapped texts of people whom the
#: model has never heard, and no right one.
_SUSPECT_LOSS = 5.0
#: A model that knows little of the speech has high losses everywhere. Then a text is suspect only beyond so many times
#: the median.
_TIMES_MEDIAN = 3.0


def split_suspects(
    utterances: Sequence[Utterance], model: AcousticModel
) -> tuple[tuple[Utterance, ...], tuple[Finding, ...]]:
    """Separate utterances whose texts are probably wrong.

    Returns:
        The other utterances, and a finding for each suspect one, the worst first.
    """
    if not utterances:
        return (), ()
    losses = model.losses([utterance.example for utterance in utterances])
    limit = max(_SUSPECT_LOSS, _TIMES_MEDIAN * float(np.median(losses)))
    rows = model.probabilities([utterance.example for utterance in utterances])
    kept = tuple(utterance for utterance, loss in zip(utterances, losses, strict=True) if loss <= limit)
    suspects = sorted(
        ((float(loss), utterance, row) for loss, utterance, row in zip(losses, utterances, rows, strict=True)),
        key=lambda suspect: -suspect[0],
    )
    findings = tuple(
        Finding(
            FindingCode.LABEL_SUSPECT,
            utterance.recording.name,
            f"The text is “{utterance.text}”, and the model hears “{model.greedy_text(row)}” (loss per letter "
            f"{loss:.1f}). Listen to it.",
        )
        for loss, utterance, row in suspects
        if loss > limit
    )
    return kept, findings

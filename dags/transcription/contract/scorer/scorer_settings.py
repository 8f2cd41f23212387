"""The settings of a scorer, which stand between its language model and its dictionary.

Source: `Scorer::load_lm` and `Scorer::load_trie` in DeepSpeech 0.9.3's native_client/ctcdecode/scorer.cpp.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from transcription.contract.scorer.file_parts import Data, ScorerDamaged, ScorerUnfit, numbers

#: `TRIE` as a number of 32 bits, and the version that DeepSpeech 0.9.3 reads.
_MAGIC, _VERSION = int.from_bytes(b"EIRT", "little"), 6
#: Magic, version, whether words are spelled in bytes, `lm_alpha`, `lm_beta`.
_LAYOUT = "<IiBdd"
#: Limit of `lm_alpha` and `lm_beta`; usual values are below 5.
_MAX_WEIGHT = 1000.0


@dataclass(frozen=True)
class ScorerSettings:
    """The settings of a scorer."""

    #: Whether words are spelled in bytes; otherwise, in letters of the model's alphabet.
    in_bytes: bool
    lm_alpha: float
    lm_beta: float
    #: Offset of the dictionary.
    end: int


def read_settings(data: Data, offset: int) -> ScorerSettings:
    """Read the settings at `offset`, the end of the language model.

    Raises:
        ScorerDamaged: the settings are cut off or damaged.
        ScorerUnfit: the file ends with the language model, or has a version that DeepSpeech 0.9.3 does not read.
    """
    if offset == len(data):
        raise ScorerUnfit("it is a language model without a dictionary, not a scorer")
    magic, version, in_bytes, alpha, beta = numbers(data, offset, _LAYOUT, "the settings of the scorer")
    if magic != _MAGIC:
        raise ScorerDamaged("its dictionary is not where its language model ends")
    if version != _VERSION:
        raise ScorerUnfit(f"it has version {version}, and DeepSpeech 0.9.3 reads version {_VERSION}")
    if in_bytes > 1:
        raise ScorerDamaged(f"its mode is {in_bytes}, and should be 0 or 1")
    if not (abs(alpha) <= _MAX_WEIGHT and abs(beta) <= _MAX_WEIGHT):  # neither is true of NaN
        raise ScorerDamaged(f"its lm_alpha is {alpha} and its lm_beta {beta}")
    return ScorerSettings(bool(in_bytes), alpha, beta, offset + struct.calcsize(_LAYOUT))

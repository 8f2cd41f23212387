"""Hot words: words that the decoder should expect more, or less, than the scorer does."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .errors import OptionInvalid

#: Limit of a boost, which is added to the logarithm of a probability. Much smaller boosts already outweigh the scorer.
MAX_BOOST = 100.0


@dataclass(frozen=True)
class HotWord:
    """A word that the decoder should expect more than the scorer does, or less if the boost is negative.

    Raises:
        OptionInvalid: the text is not one word, or the boost is not a number within the limit.
    """

    word: str
    #: Added to the logarithm of the language model's probability where the word ends, and multiplied like it by
    #: `lm_alpha`. Source: DeepSpeech 0.9.3, `native_client/ctcdecode/scorer.cpp`.
    boost: float

    def __post_init__(self) -> None:
        if not self.word or re.search(r"\s", self.word):
            raise OptionInvalid(f"hot word {self.word!r} must be one word without spaces.")
        if not (math.isfinite(self.boost) and abs(self.boost) <= MAX_BOOST):
            raise OptionInvalid(
                f"hot word {self.word!r} has the boost {self.boost}; it must be from -{MAX_BOOST:.0f} to "
                f"{MAX_BOOST:.0f}. Values from -10 to 10 are usual."
            )

    @classmethod
    def parse(cls, text: str) -> HotWord:
        """Return the hot word that a person wrote as `word:boost`, for example `sonata:7.5`.

        Raises:
            OptionInvalid: the text has another form.
        """
        word, _, boost = text.strip().rpartition(":")
        try:
            return cls(word.strip(), float(boost))
        except ValueError:
            raise OptionInvalid(f"hot word {text!r} must be written word:boost, for example sonata:7.5.") from None

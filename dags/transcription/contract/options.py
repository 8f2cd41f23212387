"""How a run transcribes: the choices that change what a transcript says, or what is written of it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Optional

from .errors import OptionInvalid

#: The beam width is bounded because time and memory grow with it; 500 is what DeepSpeech's releases use.
BEAM_WIDTHS = range(1, 4097)

#: What can be written beside the text and the JSON, which always are: subtitles as SubRip and as WebVTT.
FORMATS = ("srt", "vtt")

#: A boost is added to the logarithm of a probability; this is far beyond what changes anything but for the worse.
MAX_BOOST = 100.0


@dataclass(frozen=True)
class HotWord:
    """A word that the decoder should expect more, or with a negative boost less, than the language model does.

    Raises:
        OptionInvalid: it is not one word, or the boost is not a number in range.
    """

    word: str
    #: Added to the logarithm of the language model's probability wherever the word ends, and weighted as that is by
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
        """What people write: `word:boost`, for example `sonata:7.5`.

        Raises:
            OptionInvalid: it is written otherwise.
        """
        word, _, boost = text.strip().rpartition(":")
        try:
            return cls(word.strip(), float(boost))
        except ValueError:
            raise OptionInvalid(f"hot word {text!r} must be written word:boost, for example sonata:7.5.") from None


@dataclass(frozen=True)
class Options:
    """The options of one run; `None` and the empty string stand for what the model itself says.

    Raises:
        OptionInvalid: a value cannot be used; the message says which may be.
    """

    #: A folder below `models/` in the bucket; empty: the model in the container image.
    model: str = ""
    #: How many candidates the decoder keeps at each step. More is slower and seldom worse.
    beam_width: Optional[int] = None
    #: Need a model with a scorer.
    hot_words: tuple[HotWord, ...] = ()
    #: Of `FORMATS`, what is written beside the text and the JSON.
    formats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.model and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", self.model):
            raise OptionInvalid(
                f"model {self.model!r} is not the name of a folder below models/: use letters, digits, '.', '_' "
                "and '-', or leave it empty for the model in the container image."
            )
        if self.beam_width is not None and self.beam_width not in BEAM_WIDTHS:
            raise OptionInvalid(
                f"beam_width {self.beam_width!r} must be a whole number from {BEAM_WIDTHS[0]} to {BEAM_WIDTHS[-1]}, "
                "or empty for the model's own."
            )
        words = [each.word for each in self.hot_words]
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice:
            raise OptionInvalid(f"hot words are given more than once: {', '.join(twice)}. Keep one of each.")
        unknown = [each for each in self.formats if each not in FORMATS]
        if unknown or len(set(self.formats)) < len(self.formats):
            raise OptionInvalid(
                f"formats {', '.join(self.formats)} must be a choice of {', '.join(FORMATS)}; "
                "text and JSON are always written."
            )

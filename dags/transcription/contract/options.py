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

#: How much the language model and each word may weigh. Searches for the best values stay far below
#: (`lm_optimizer.py` of DeepSpeech's training code tries up to 5).
MAX_WEIGHT = 100.0

#: What transcribes: libdeepspeech, or the engine that runs its network on many segments at once and hears the same.
#: `auto` takes the batched one wherever that has proved itself.
AUTO, BATCHED, LIBDEEPSPEECH = ENGINES = ("auto", "batched", "libdeepspeech")

#: The decoder's candidates for a segment: the best is its text, the others tell how sure its words are.
CANDIDATES = 16


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
    #: The weight of the language model, and the bonus for each word. Given together; need a model with a scorer.
    lm_alpha: Optional[float] = None
    lm_beta: Optional[float] = None
    #: How many other transcripts of each segment the JSON lists.
    alternatives: int = 0
    #: Words with less confidence are marked in the JSON.
    low_confidence: float = 0.8
    #: Whether long audio is cut into segments, and what holds no voice passed over. Uncut audio takes memory and time
    #: that grow with its length; without a scorer the time grows faster than that.
    cut_at_silence: bool = True
    #: Of `ENGINES`. It decides nothing that is written of a file, but for how sure it is in the fifth decimal place.
    engine: str = AUTO
    #: Whether the batched engine calculates its LSTM in whole numbers of 8 bits: faster, and some words differ.
    int8_lstm: bool = False

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
        if (self.lm_alpha is None) != (self.lm_beta is None):
            raise OptionInvalid("lm_alpha and lm_beta only work together; give both or neither.")
        for name in ("lm_alpha", "lm_beta"):
            weight = getattr(self, name)
            if weight is not None and not 0 <= weight <= MAX_WEIGHT:
                raise OptionInvalid(f"{name} {weight!r} must be from 0 to {MAX_WEIGHT:.0f}. Values below 5 are usual.")
        if self.alternatives not in range(CANDIDATES):
            raise OptionInvalid(
                f"alternatives {self.alternatives!r} must be a whole number from 0 to {CANDIDATES - 1}."
            )
        if not 0 <= self.low_confidence <= 1:
            raise OptionInvalid(f"low_confidence {self.low_confidence!r} must be from 0, which marks nothing, to 1.")
        if self.engine not in ENGINES:
            raise OptionInvalid(f"engine {self.engine!r} must be one of {', '.join(ENGINES)}.")
        if self.int8_lstm and self.engine == LIBDEEPSPEECH:
            raise OptionInvalid("int8_lstm is for the batched engine; choose that one, or leave int8_lstm out.")
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

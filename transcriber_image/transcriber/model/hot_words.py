"""Hot words: words that the decoder should expect more, or less, than the language model does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transcriber.model.graph import read_letters
from transcriber.model.model_folder import ModelFolder
from transcription.contract.errors import OptionInvalid
from transcription.contract.options import HotWord

#: How many letters of an alphabet a message shows; Mandarin has thousands.
_SHOWN = 60


def add_hot_words(native: Any, folder: ModelFolder, hot_words: Sequence[HotWord]) -> None:
    """Tell the decoder of `native`, a `deepspeech.Model` with its scorer, which words to boost.

    Raises:
        OptionInvalid: as `check_hot_words` does, or DeepSpeech refuses a word.
    """
    check_hot_words(folder, hot_words)
    for each in hot_words:
        try:
            native.addHotWord(each.word, each.boost)
        except (RuntimeError, TypeError) as error:
            raise OptionInvalid(f"DeepSpeech refuses the hot word {each.word!r}: {error}") from error


def check_hot_words(folder: ModelFolder, hot_words: Sequence[HotWord]) -> None:
    """See whether a model can take them.

    At the end of each word DeepSpeech looks at this one and the few before it, adds the boosts of those that are hot to
    the logarithm of the language model's probability, and weighs the sum with `lm_alpha` (ctc_beam_search_decoder.cpp).
    Hence a strong boost lifts what follows too, and the last word of a segment, which nothing ends, is not boosted. A
    word that the scorer does not know is never heard, whatever its boost (its doc/HotWordBoosting-Examples.rst).

    Raises:
        OptionInvalid: the model has no scorer or cannot spell a word.
    """
    if not hot_words:
        return
    if folder.scorer is None:
        raise OptionInvalid(
            f"hot words need a model with a scorer, and model {folder.record.name} has none: put a .scorer beside "
            f"{folder.acoustic.name}, choose another model, or leave the hot words out."
        )
    letters = read_letters(folder.acoustic)
    for each in hot_words:
        _check_spelling(each.word, letters, folder.record.name)


def _check_spelling(word: str, letters: frozenset[bytes], model: str) -> None:
    unknown = [letter for letter in dict.fromkeys(word) if not _is_known(letter.encode("utf-8", "replace"), letters)]
    if unknown:
        known = sorted(each.decode(errors="replace") for each in letters - {b" "})
        missing = ", ".join(map(repr, unknown))
        raise OptionInvalid(
            f"hot word {word!r} cannot be spelled by model {model}, which does not know {missing}. "
            f"Its letters: {' '.join(known[:_SHOWN])}{' …' * (len(known) > _SHOWN)}"
        )


def _is_known(letter: bytes, letters: frozenset[bytes]) -> bool:
    return letter in letters or all(bytes([each]) in letters for each in letter)

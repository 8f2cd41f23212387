"""Hot words: words that the decoder recognises more, or less, readily than the language model suggests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transcriber.model.graph import read_letters
from transcriber.model.model_folder import ModelFolder
from transcription.contract.errors import OptionInvalid
from transcription.contract.hot_word import HotWord

#: Maximum number of letters that a message lists. A Mandarin alphabet has thousands.
_MAX_LISTED_LETTERS = 60


def add_hot_words(native: Any, folder: ModelFolder, hot_words: Sequence[HotWord]) -> None:
    """Add hot words to a `deepspeech.Model` that has loaded its scorer.

    Raises:
        OptionInvalid: the model cannot use hot words, or DeepSpeech refuses one.
    """
    check_hot_words(folder, hot_words)
    for hot_word in hot_words:
        try:
            native.addHotWord(hot_word.word, hot_word.boost)
        except (RuntimeError, TypeError) as error:
            raise OptionInvalid(f"DeepSpeech refuses the hot word {hot_word.word!r}: {error}") from error


def check_hot_words(folder: ModelFolder, hot_words: Sequence[HotWord]) -> None:
    """Check that a model can use hot words. The model needs a scorer, and all letters of the hot words.

    How DeepSpeech uses hot words: at the end of each word the decoder looks at this word and the few words before it.
    The decoder adds the boosts of those that are hot words to the logarithm of the language model's probability, and
    multiplies the sum by `lm_alpha` (ctc_beam_search_decoder.cpp). It follows that

    - a strong boost also favours the words after a hot word;
    - the last word of a segment is not boosted, because no space follows it;
    - a word that the scorer does not contain is never recognised, whatever its boost
      (DeepSpeech's doc/HotWordBoosting-Examples.rst).

    Raises:
        OptionInvalid: the model has no scorer, or its alphabet lacks a letter of a hot word.
    """
    if not hot_words:
        return
    if folder.scorer is None:
        raise OptionInvalid(
            f"hot words need a model with a scorer, and model {folder.record.name} has none: put a .scorer beside "
            f"{folder.acoustic.name}, choose another model, or leave the hot words out."
        )
    alphabet = read_letters(folder.acoustic)
    for hot_word in hot_words:
        _check_spelling(hot_word.word, alphabet, folder.record.name)


def _check_spelling(word: str, alphabet: frozenset[bytes], model: str) -> None:
    unknown = [letter for letter in dict.fromkeys(word) if not _can_spell(alphabet, letter.encode("utf-8", "replace"))]
    if unknown:
        known = sorted(letter.decode(errors="replace") for letter in alphabet - {b" "})
        missing = ", ".join(map(repr, unknown))
        raise OptionInvalid(
            f"hot word {word!r} cannot be spelled by model {model}, which does not know {missing}. "
            f"Its letters: {' '.join(known[:_MAX_LISTED_LETTERS])}{' …' * (len(known) > _MAX_LISTED_LETTERS)}"
        )


def _can_spell(alphabet: frozenset[bytes], letter: bytes) -> bool:
    """Return whether the alphabet contains a letter, or all of its bytes if the model spells in bytes."""
    return letter in alphabet or all(bytes([byte]) in alphabet for byte in letter)

"""Hot words that the dictionary of a scorer does not contain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transcription.contract.hot_word import HotWord
from transcription.contract.scorer.dictionary import Dictionary
from transcription.contract.scorer.dictionary_words import contains, nearest
from transcription.contract.scorer.spelling import join, spell


def describe_unknown(
    hot_words: Sequence[HotWord], dictionary: Dictionary, alphabet: Sequence[bytes], *, in_bytes: bool
) -> Iterator[str]:
    """Yield a sentence for each hot word that the scorer does not know, with the nearest word that it does know.

    Args:
        hot_words: the hot words.
        dictionary: the dictionary of the scorer.
        alphabet: the letters of the acoustic model, by label.
        in_bytes: whether the scorer spells in bytes. Then it knows single characters, of which none is nearer.

    Raises:
        ScorerDamaged: the dictionary leads to states that do not exist.
    """
    for hot_word in hot_words:
        spelling = spell(hot_word.word.encode("utf-8", "replace"), alphabet, in_bytes=in_bytes)
        if contains(dictionary, spelling):
            continue
        near = None if in_bytes else nearest(dictionary, spelling, max(1, len(hot_word.word) // 2))
        advice = "no word that it knows is near"
        if near:
            advice = f"the nearest word that it knows is {join(near, alphabet, in_bytes=in_bytes).decode()!r}"
        yield f"the scorer does not know the hot word {hot_word.word!r}, which is never recognised; {advice}"

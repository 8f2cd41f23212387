"""Word errors and letter errors of texts, aligned by jiwer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jiwer

from transcription.contract.word_errors import WordErrors, total

__all__ = ["Comparison", "WordErrors", "compare", "guards_allow", "word_error_rate"]


@dataclass(frozen=True)
class Comparison:
    """What was said, what was heard, and the errors of each text."""

    errors: tuple[WordErrors, ...]
    #: How often each word that was said was heard as another or not at all, the most frequent first.
    wrong_words: tuple[tuple[str, int], ...]

    @property
    def total(self) -> WordErrors:
        """The errors of all texts together."""
        return total(self.errors)


def compare(said: Sequence[str], heard: Sequence[str]) -> Comparison:
    """Count the errors of texts.

    Args:
        said: what was said; no text is empty.
        heard: what was heard, in the same order.
    """
    if not said:
        return Comparison((), ())
    words = jiwer.process_words(list(said), list(heard))
    letters = jiwer.process_characters(list(said), list(heard))
    errors = []
    wrong: Counter[str] = Counter()
    for text, word_chunks, letter_chunks in zip(said, words.alignments, letters.alignments, strict=True):
        counts = Counter[str]()
        for chunk in word_chunks:
            length = max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)
            counts[chunk.type] += length
            if chunk.type in ("substitute", "delete"):
                wrong.update(text.split()[chunk.ref_start_idx : chunk.ref_end_idx])
        letter_errors = sum(
            max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)
            for chunk in letter_chunks
            if chunk.type != "equal"
        )
        errors.append(
            WordErrors(
                len(text.split()), counts["substitute"], counts["insert"], counts["delete"], len(text), letter_errors
            )
        )
    return Comparison(tuple(errors), tuple(wrong.most_common()))


def word_error_rate(said: Sequence[str], heard: Sequence[str]) -> float:
    """Return the word error rate of texts in per cent, or 0 without texts."""
    return compare(said, heard).total.word_error_rate


def guards_allow(old: Mapping[str, float], new: Mapping[str, float], guard_points: float) -> bool:
    """Return whether no guard set became worse by more than `guard_points`.

    Args:
        old: word error rates of the old model in per cent, by the name of the guard set.
        new: the same of a new one.
        guard_points: points by which a guard set may become worse.
    """
    return all(rate - old[name] <= guard_points for name, rate in new.items())

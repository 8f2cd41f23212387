"""Times for the words of an edited text, from the words that were there before.

Words that stay keep their times. New words share the time between their neighbours in proportion to their lengths.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Optional

from .word_spacing import split_words
from .xml_text import xml_text


@dataclass(frozen=True)
class TimedWord:
    """A word with its start and end in seconds from the start of the recording."""

    word: str
    start: float
    end: float
    #: The engine's confidence, from 0 to 1; `None` for a word that a person wrote.
    confidence: Optional[float] = None


def words_of(text: str) -> list[str]:
    """Return the words of a text: what stands between white space, and each character of Chinese and Japanese script.

    Characters that XML cannot hold become U+FFFD, because every format must be able to show the text.
    """
    return [word for part in xml_text(text).split() for word in split_words(part)]


def align_words(texts: Sequence[str], old: Sequence[TimedWord], start: float, end: float) -> tuple[TimedWord, ...]:
    """Return a word with times for each of `texts`, in their order. The starts never decrease.

    Words are compared without case and without the punctuation around them. A word that only differs in these keeps its
    times, too. A word that replaces one other word gets that word's times.

    Args:
        texts: the words of the edited text.
        old: the words that were there before.
        start: the start of the segment, in seconds from the start of the recording.
        end: the end of the segment.
    """
    before = sorted(old, key=lambda word: word.start)
    changes = _changes([bare_word(word.word) for word in before], [bare_word(text) for text in texts])
    aligned: list[TimedWord] = []
    for kind, first, last, from_text, to_text in changes:
        new = texts[from_text:to_text]
        if kind == "equal" or (kind == "replace" and last - first == len(new)):
            aligned.extend(_respell(word, text) for word, text in zip(before[first:last], new))
        elif kind != "delete":
            aligned.extend(_spread(new, *_gap(before, first, last, start, end)))
    return tuple(aligned)


def replacements(words: Sequence[str], other: Sequence[str]) -> dict[int, str]:
    """Return what stands in `other` in place of single words of `words`, by the index of the word.

    Words that another number of words replaces are left out.
    """
    return {
        first + offset: other[from_other + offset]
        for kind, first, last, from_other, to_other in _changes(words, other)
        if kind == "replace" and last - first == to_other - from_other
        for offset in range(last - first)
    }


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the parts of two lists that are equal or differ, as `difflib.SequenceMatcher.get_opcodes` does.

    What both lists begin and end with is equal. difflib alone prefers the longest equal part, so that one changed word
    between repeated words would move others.
    """
    shorter = min(len(before), len(after))
    head = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    rest = shorter - head
    tail = next((place for place in range(rest) if before[-1 - place] != after[-1 - place]), rest)
    first_end, second_end = len(before) - tail, len(after) - tail
    if head:
        yield "equal", 0, head, 0, head
    middle = SequenceMatcher(None, before[head:first_end], after[head:second_end], False)
    for kind, first, last, from_after, to_after in middle.get_opcodes():
        yield kind, first + head, last + head, from_after + head, to_after + head
    if tail:
        yield "equal", first_end, len(before), second_end, len(after)


def bare_word(word: str) -> str:
    """Return a word in one case and without punctuation and symbols around it; all of it if nothing else is in it."""
    folded = word.casefold()
    letters = [place for place, character in enumerate(folded) if unicodedata.category(character)[0] not in "PS"]
    return folded[letters[0] : letters[-1] + 1] if letters else folded


def _respell(word: TimedWord, text: str) -> TimedWord:
    return word if word.word == text else replace(word, word=text, confidence=None)


def _gap(old: Sequence[TimedWord], first: int, last: int, start: float, end: float) -> tuple[float, float]:
    """Return the start and end of the time that new words have in place of the words `first` to `last` of `old`.

    The words `first` to `last` are those that were replaced; they may be none.
    """
    following = old[last].start if last < len(old) else None
    if first < last:
        begin, limit = old[first].start, max(word.end for word in old[first:last])
    else:
        previous = old[first - 1] if first else None
        begin = previous.end if previous else start
        limit = end if following is None else following
    if following is not None:
        begin, limit = min(begin, following), min(limit, following)
    if first == last and first:
        # Words may overlap, so the previous word may end after the next one starts.
        begin = max(begin, old[first - 1].start)
    return begin, max(begin, limit)


def _spread(texts: Sequence[str], start: float, end: float) -> Iterator[TimedWord]:
    """Yield words that share a time in proportion to their numbers of characters, to milliseconds."""
    total, letters = sum(map(len, texts)), 0
    begin = start
    for text in texts:
        letters += len(text)
        limit = min(max(round(start + (end - start) * letters / total, 3), begin), max(end, begin))
        yield TimedWord(text, begin, limit)
        begin = limit

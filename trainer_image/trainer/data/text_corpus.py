"""The text corpus from which a scorer learns: sentences in the letters of a model. What is left out is counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from trainer.data.transcript_text import NormalisedText, normalise

#: Longest word, in letters. Longer ones are addresses and tables, not speech.
_LONGEST_WORD = 60
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|[\r\n]+")  # noqa: RUF001


class LeftOut(StrEnum):
    """Why a sentence is left out. The values never change, because reports contain them."""

    #: Nobody knows from "110" whether "one one zero" was said, or "a hundred and ten".
    TEXT_HAS_DIGITS = "TEXT_HAS_DIGITS"
    #: It has letters that the model cannot write.
    LETTERS_UNKNOWN = "LETTERS_UNKNOWN"
    WORD_TOO_LONG = "WORD_TOO_LONG"


@dataclass(frozen=True)
class TextCorpus:
    """Sentences, and what was left out."""

    #: In the letters of the model, with one space between words.
    sentences: tuple[str, ...]
    #: How many sentences were left out.
    left_out: Counter[LeftOut]
    #: How often each word, in the spelling of the text, was the reason.
    reasons: Counter[str]

    @property
    def words(self) -> Counter[str]:
        """How often each word occurs."""
        return Counter(word for sentence in self.sentences for word in sentence.split())


def read_corpus(texts: Iterable[str], alphabet: Collection[str]) -> TextCorpus:
    """Cut texts into sentences and write them in the letters of an alphabet.

    A line break, and a full stop, question mark or exclamation mark before a space, end a sentence. A sentence with
    digits, with letters that the alphabet lacks, or with a word of more than 60 letters is left out as a whole: without
    that word, words would follow each other that nobody said.

    Args:
        texts: the texts as people wrote them.
        alphabet: the letters of the model.
    """
    sentences = []
    left_out: Counter[LeftOut] = Counter()
    reasons: Counter[str] = Counter()
    for text in texts:
        for sentence in _SENTENCE_END.split(text):
            words = [(word, normalise(word, alphabet)) for word in sentence.split()]
            problems = [(word, problem) for word, normalised in words if (problem := _problem(normalised))]
            if problems:
                left_out[problems[0][1]] += 1
                reasons.update(word for word, _ in problems)
                continue
            normal = " ".join(normalised.text for _, normalised in words if normalised.text)
            if normal:
                sentences.append(normal)
    return TextCorpus(tuple(sentences), left_out, reasons)


def _problem(word: NormalisedText) -> LeftOut | None:
    """Return why a word cannot be learned, or `None`."""
    if word.has_digits:
        return LeftOut.TEXT_HAS_DIGITS
    if word.unknown:
        return LeftOut.LETTERS_UNKNOWN
    is_long = any(len(part) > _LONGEST_WORD for part in word.text.split())
    return LeftOut.WORD_TOO_LONG if is_long else None

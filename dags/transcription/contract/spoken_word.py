"""A word that an engine recognised."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word, with its start and end in seconds from the start of the file."""

    word: str
    start: float
    end: float
    #: From 0 to 1: the share that the candidates with this word at this time have in the probability of all candidates.
    confidence: float

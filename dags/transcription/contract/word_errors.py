"""The numbers of word errors and letter errors in texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class WordErrors:
    """The errors in one or several texts."""

    words: int = 0
    substitutions: int = 0
    insertions: int = 0
    deletions: int = 0
    letters: int = 0
    letter_errors: int = 0

    @property
    def errors(self) -> int:
        """Number of wrong, missing and extra words."""
        return self.substitutions + self.insertions + self.deletions

    @property
    def word_error_rate(self) -> float:
        """In per cent."""
        return 100 * self.errors / max(1, self.words)

    @property
    def letter_error_rate(self) -> float:
        """In per cent."""
        return 100 * self.letter_errors / max(1, self.letters)


def total(errors: Iterable[WordErrors]) -> WordErrors:
    """Return the errors of several texts together."""
    listed = list(errors)
    return WordErrors(*(sum(getattr(entry, field.name) for entry in listed) for field in fields(WordErrors)))

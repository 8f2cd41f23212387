"""The words of a text, and the text of words, also in languages that put no spaces between words.

In Chinese and Japanese script, each character is a word. Everywhere else, spaces divide words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Blocks of Chinese and Japanese script: radicals, punctuation, kana, bopomofo, ideographs, full-width forms.
_CJK = (
    "\u2e80-\u2fdf\u3001-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uffef\U00020000-\U0003ffff"
)
#: Marks that belong to the character before them: of kana, and variation selectors.
_MARKS = "\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
_CHARACTER = re.compile(f"[{_CJK}][{_MARKS}]*")
_WORD = re.compile(f"{_CHARACTER.pattern}|[^ \u3000{_CJK}]+")


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where each word of a text begins and ends, in characters."""
    return [match.span() for match in _WORD.finditer(text)]


def split_words(text: str) -> list[str]:
    """Return the words of a text."""
    return _WORD.findall(text)


def space_between(word: str, following: str) -> str:
    """Return what separates two words in a text: nothing if both are characters of Chinese or Japanese script."""
    return "" if _CHARACTER.fullmatch(word) and _CHARACTER.fullmatch(following) else " "


def join_words(words: Iterable[str]) -> str:
    """Return the text of some words."""
    text, last = "", ""
    for word in words:
        text += space_between(last, word) + word if last else word
        last = word
    return text

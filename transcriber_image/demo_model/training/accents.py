"""Spellings of the digits for espeak-ng's voices of other languages, which then speak English with a foreign accent.

Most people who speak English have a foreign accent, but none of the synthesisers' English voices has one.
"""

from __future__ import annotations

from .vocabulary import DIGITS

# For each language, the digits from zero to nine. A slash separates two spellings of a digit.
SPELLINGS = {
    "de": "siro/zero uann/wann tu sri/tri/fri fohr feif sicks sewwen eht nein",
    "fr": "ziro/zéro ouane tou sri/zri for faïve sikse sévenne eïte naïne",
    "es": "siro/sero uan tu tri/sri for faif six seven eit nain",
    "it": "zero/siro uan tu tri/sri for faiv sics seven eit nain",
    "nl": "ziero wan/uan toe trie/srie foor fajf siks sewen/zeven eet najn",
    "pl": "ziro/zero łan tu tri/sri for fajw siks sewen ejt najn",
}


def spellings(language: str) -> dict[str, list[str]]:
    """Return the spellings of each digit, by the English word, for a voice of `language`."""
    return {word: alternatives.split("/") for word, alternatives in zip(DIGITS, SPELLINGS[language].split())}

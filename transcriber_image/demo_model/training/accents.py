"""The digits with a foreign accent: spelled so that an espeak-ng voice of another language says them.

No recording behind the synthesisers has a foreign accent, and most people who speak English do.
"""

from __future__ import annotations

from .vocabulary import DIGITS

# For every language the digits from zero to nine, some in two ways.
SPELLINGS = {
    "de": "siro/zero uann/wann tu sri/tri/fri fohr feif sicks sewwen eht nein",
    "fr": "ziro/zéro ouane tou sri/zri for faïve sikse sévenne eïte naïne",
    "es": "siro/sero uan tu tri/sri for faif six seven eit nain",
    "it": "zero/siro uan tu tri/sri for faiv sics seven eit nain",
    "nl": "ziero wan/uan toe trie/srie foor fajf siks sewen/zeven eet najn",
    "pl": "ziro/zero łan tu tri/sri for fajw siks sewen ejt najn",
}


def spellings(language: str) -> dict[str, list[str]]:
    """Return the ways to write each digit in `language`."""
    return {word: ways.split("/") for word, ways in zip(DIGITS, SPELLINGS[language].split())}

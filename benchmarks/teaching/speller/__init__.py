"""A model that has heard thousands of words, and therefore spells most words that it never heard."""

from pathlib import Path

MODEL = Path(__file__).parent / "speller.pbmm"

"""A scorer file: a language model, then a few settings, then a dictionary."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcriber.model.scorer.arrays import Array
from transcriber.model.scorer.dictionary_check import DictionaryWords
from transcriber.model.scorer.language_model_check import check_ngrams, read_word_hashes
from transcriber.model.scorer.murmur_hash import hash_word
from transcription.contract.scorer.dictionary import Dictionary, open_dictionary
from transcription.contract.scorer.file_parts import ScorerDamaged
from transcription.contract.scorer.language_model import read_header
from transcription.contract.scorer.language_model_layout import layout
from transcription.contract.scorer.scorer_settings import ScorerSettings, read_settings

#: The hashes of the words that stand for the start and the end of a sentence. KenLM requires both.
_SENTENCE_MARKS = np.array([hash_word(b"<s>"), hash_word(b"</s>")], np.uint64)


@dataclass(frozen=True, eq=False)
class Scorer:
    """The contents of a scorer, whose parts were checked one by one."""

    settings: ScorerSettings
    #: The hashes of the words of the language model, sorted.
    word_hashes: Array
    dictionary: Dictionary
    words: DictionaryWords

    @property
    def in_bytes(self) -> bool:
        """Whether words are spelled in bytes; otherwise, in letters of the model's alphabet."""
        return self.settings.in_bytes


def open_scorer(path: Path) -> Scorer:
    """Map a scorer into memory and check the length and the content of its parts.

    Raises:
        ScorerDamaged: the file is cut off or damaged.
        ScorerUnfit: the file is no scorer, or one that DeepSpeech 0.9.3 does not read.
    """
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise ScorerDamaged("it is empty")
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    model = read_header(data)
    parts = layout(data, model)
    settings = read_settings(data, parts.end)
    hashes = read_word_hashes(data, model, parts)
    if not np.isin(_SENTENCE_MARKS, hashes).all():
        raise ScorerDamaged("its language model lacks the marks of the start and the end of a sentence")
    check_ngrams(data, model, parts)
    dictionary = open_dictionary(data, settings.end)
    return Scorer(settings, hashes, dictionary, DictionaryWords(data, dictionary, in_bytes=settings.in_bytes))

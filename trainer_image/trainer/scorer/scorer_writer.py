"""A writer of `.scorer` files: a language model, the settings, and the dictionary."""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Sequence
from pathlib import Path

from trainer.scorer.dictionary_file import build_states, pack_dictionary
from trainer.scorer.language_model import LanguageModel
from transcriber.model.scorer import check_scorer

#: Magic and version of the settings, which DeepSpeech 0.9.3 reads.
_MAGIC, _VERSION = b"EIRT", 6
#: Magic, version, whether words are spelled in bytes, `lm_alpha`, `lm_beta`.
_SETTINGS = "<4siBdd"


def write_scorer(
    path: Path, model: LanguageModel, words: Collection[str], alphabet: Sequence[bytes], weights: tuple[float, float]
) -> None:
    """Write a scorer, and check it as the transcriber does.

    Args:
        path: the file to write. An earlier one is replaced.
        model: the language model.
        words: the words of the language model.
        alphabet: the letters of the acoustic model, by label.
        weights: `lm_alpha` and `lm_beta`.

    Raises:
        ModelInvalid: the scorer does not fit the alphabet.
    """
    settings = struct.pack(_SETTINGS, _MAGIC, _VERSION, 0, *weights)
    dictionary = pack_dictionary(build_states(words, alphabet), len(model.content) + len(settings))
    unfinished = path.with_name(f".{path.name}.unfinished")
    with unfinished.open("wb") as file:
        file.write(model.content + settings + dictionary)
        file.flush()
        os.fsync(file.fileno())
    check_scorer(unfinished, alphabet, "the acoustic model")
    unfinished.replace(path)

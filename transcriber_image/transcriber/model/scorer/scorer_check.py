"""A check that a scorer is whole and fits an acoustic model, which DeepSpeech itself does not do."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from transcriber.model.scorer.murmur_hash import hash_word
from transcriber.model.scorer.scorer_file import Scorer, open_scorer
from transcription.contract.errors import ModelInvalid
from transcription.contract.scorer.file_parts import ScorerDamaged, ScorerUnfit
from transcription.contract.scorer.spelling import join

log = logging.getLogger(__name__)

#: The alphabet of models that spell in bytes.
BYTES = tuple(bytes([byte]) for byte in range(1, 256))
#: Number of words of the dictionary that are compared with the language model. They take a quarter of a second.
_COMPARED_WORDS = 20_000
#: Largest share of words of the dictionary that the language model may lack, because people mix lists of words.
_MAX_UNKNOWN = 0.01
#: Share of unknown words from which another alphabet is the likely cause.
_OTHER_ALPHABET = 0.5
#: How many words a message names.
_NAMED = 3


def check_scorer(path: Path, alphabet: Sequence[bytes], acoustic: str) -> Scorer:
    """Read a scorer and check that it fits an acoustic model.

    Args:
        path: the scorer.
        alphabet: the letters of the acoustic model, by label.
        acoustic: the name of the acoustic model's file, for messages.

    Raises:
        ModelInvalid: the scorer is damaged, for another version or for another alphabet. The message says what to do.
    """
    try:
        scorer = open_scorer(path)
        _check_mode(scorer, alphabet)
        _check_letters(scorer, alphabet)
    except ScorerDamaged as error:
        raise ModelInvalid(
            f"The scorer {path} is damaged: {error.message}. Upload it again; if it still is, build it again with "
            "DeepSpeech 0.9.3's generate_scorer_package."
        ) from error
    except ScorerUnfit as error:
        raise ModelInvalid(
            f"The scorer {path} does not fit {acoustic}: {error.message}. Put the scorer of this model in its place, "
            "or build one with DeepSpeech 0.9.3's generate_scorer_package and the alphabet of this model."
        ) from error
    return scorer


def _check_mode(scorer: Scorer, alphabet: Sequence[bytes]) -> None:
    """Check that scorer and model spell in the same units: bytes or letters.

    Raises:
        ScorerUnfit: they do not.
    """
    model_in_bytes = tuple(alphabet) == BYTES
    if scorer.in_bytes and not model_in_bytes:
        raise ScorerUnfit(f"it spells in bytes, and the model in an alphabet of {len(alphabet)} letters")
    if model_in_bytes and not scorer.in_bytes:
        raise ScorerUnfit("the model spells in bytes, and it spells in letters")


def _check_letters(scorer: Scorer, alphabet: Sequence[bytes]) -> None:
    """Check that the dictionary was made with the model's alphabet, and with the words of its language model.

    Raises:
        ScorerUnfit: it was made with another alphabet.
        ScorerDamaged: a few of its words are unknown to the language model, or it has words without an end.
    """
    highest = int(scorer.words.labels.max())
    if highest > len(alphabet):
        raise ScorerUnfit(
            f"it was made for another alphabet: its words use letter number {highest}, and the model has "
            f"{len(alphabet)} letters"
        )
    if not scorer.in_bytes:
        _check_spaces(scorer, alphabet)
    spellings = scorer.words.sample(_COMPARED_WORDS)
    words = [join(spelling, alphabet, in_bytes=scorer.in_bytes) for spelling in spellings]
    hashes = np.array([hash_word(word) for word in words], np.uint64)
    unknown = [word for word, known in zip(words, np.isin(hashes, scorer.word_hashes)) if not known]
    if not unknown:
        return
    named = ", ".join(repr(word.decode(errors="replace")) for word in unknown[:_NAMED])
    share = len(unknown) / len(words)
    if share >= _OTHER_ALPHABET:
        raise ScorerUnfit(
            "it was made for another alphabet, in which the letters have other numbers: with the letters of the model, "
            f"its words would be {named}, which its language model does not know"
        )
    if share > _MAX_UNKNOWN:
        raise ScorerDamaged(
            f"{len(unknown):,} of {len(words):,} words in its dictionary, such as {named}, are unknown to its language "
            "model. It may also have been built from two lists of words"
        )
    log.warning("The language model of the scorer does not know %s; such words are never recognised.", named)


def _check_spaces(scorer: Scorer, alphabet: Sequence[bytes]) -> None:
    """Check that each word of the dictionary ends with the model's space, and has no other.

    Raises:
        ScorerUnfit: the words end with another letter of the model.
        ScorerDamaged: they end with different letters.
    """
    labels, ends_word = scorer.words.labels, scorer.words.ends_word
    endings = np.unique(labels[ends_word]).tolist()
    if len(endings) > 1 or np.isin(labels[~ends_word], endings).any():
        raise ScorerDamaged("not all words of its dictionary end with a space, or some have one inside")
    ending = alphabet[endings[0] - 1]
    if ending != b" ":
        raise ScorerUnfit(
            "it was made for another alphabet, in which the letters have other numbers: its words end with the letter "
            f"that is {ending.decode(errors='replace')!r} in the model"
        )

"""The corpora for training, for tuning the scorer's weights, and for the test."""

from __future__ import annotations

from pathlib import Path

from . import voices
from .corpus import SAMPLE_RATE, Corpus
from .recordings import strings, takes
from .synthesis import (
    accent_corpus,
    check_variants,
    espeak,
    espeak_corpus,
    espeak_folder,
    festival_corpus,
    flite_corpus,
)
from .vocabulary import WORDS

# Numbers of training phrases. espeak-ng has 267 voices, the other synthesisers have a few.
ESPEAK_PHRASES = 20_000
BRITISH_PHRASES = 4_000
FLITE_PHRASES = 2_700
ACCENT_PHRASES = 3_600
FESTIVAL_PHRASES = 700  # per voice


def make(digits: Path, folder: Path) -> None:
    """Make every corpus, and write it to `folder`. Print the size of each.

    Args:
        digits: The folder with the recordings of the Free Spoken Digit Dataset.
        folder: The folder to write to. It is created if it does not exist.

    Raises:
        RuntimeError: Two espeak-ng variants sound the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = espeak_folder(folder / "espeak")
    training_voices = [*voices.ESPEAK_TRAIN, *voices.invented_names()]
    check_variants([*training_voices, *voices.ESPEAK_TEST, *voices.ESPEAK_DEV], data)

    def save(name: str, corpus: Corpus) -> None:
        corpus.save(folder / f"{name}.npz")
        seconds = sum(len(clip) for clip in corpus.clips) / SAMPLE_RATE
        print(f"{name}: {len(corpus)} clips, {seconds / 60:.0f} minutes", flush=True)

    accents = dict.fromkeys(voices.TEST_ACCENTS, 1.0)
    normal_rates = (140, 190)  # words a minute
    tuning_takes = takes(digits, voices.REAL_TRAIN, last=voices.REAL_DEV_TAKES - 1)
    save("real-dev", strings(tuning_takes, "dev", rounds=2))
    save("real-test", strings(takes(digits, voices.REAL_TEST), "test", rounds=2))
    save("real-words-test", takes(digits, voices.REAL_TEST))
    save("espeak-dev", espeak_corpus(240, list(voices.ESPEAK_DEV), accents, data, normal_rates, "dev"))
    save("espeak-test", espeak_corpus(420, list(voices.ESPEAK_TEST), accents, data, normal_rates, "test"))
    save("espeak-jokes-test", espeak_corpus(150, list(voices.ESPEAK_JOKES), accents, data, normal_rates, "jokes"))
    save("espeak-words-test", _words(data))
    save("flite-test", flite_corpus(100, voices.FLITE_TEST, "test"))
    save("festival-test", festival_corpus(100, voices.FESTIVAL_TEST, "test"))
    save("real-train", takes(digits, voices.REAL_TRAIN, first=voices.REAL_DEV_TAKES))
    save("flite-train", flite_corpus(FLITE_PHRASES, voices.FLITE_TRAIN, "train"))
    save("festival-train", festival_corpus(FESTIVAL_PHRASES, voices.FESTIVAL_TRAIN, "train"))
    save("accent-train", accent_corpus(ACCENT_PHRASES, training_voices, data))
    save("espeak-train", espeak_corpus(ESPEAK_PHRASES, training_voices, voices.ACCENTS, data, (115, 230), "train"))
    save("british-train", british(training_voices, data))


def british(variants: list[str], data: Path) -> Corpus:
    """Return a corpus of phrases in British English, with the words that sound most alike in it.

    In British English "start" ends like "stop" without its lips: an earlier model confused them with tuning voices.
    """
    accents, confused = {"en": 0.7, "en-gb-x-rp": 0.3}, ("start", "stop", "start", "stop", "down", "window", "back")
    return espeak_corpus(BRITISH_PHRASES, variants, accents, data, (115, 200), "british", confused)


def _words(data: Path) -> Corpus:
    corpus = Corpus()
    for variant in voices.ESPEAK_TEST:
        for word in WORDS:
            corpus.add(espeak(word, f"en-us+{variant}", data), word, f"espeak en-us+{variant}")
    return corpus

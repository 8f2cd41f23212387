"""The command `python -m benchmarks.teaching.speller STEP --work FOLDER`.

It runs one step of the training of the model. The Makefile beside this file runs all steps.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from benchmarks.teaching.speller import MODEL
from benchmarks.teaching.speller.words import heard_words, random_phrase, unheard_words
from transcriber_image.demo_model.training import voices

#: The shares of the accents, most of which are those of the benchmark's recordings.
_ACCENTS = {"en-us": 0.5, "en": 0.35, "en-gb-x-rp": 0.15}
#: The corpora by name. Tuning corpora only show how far the training is.
_TRAINING, _HEARD_TUNING, _UNHEARD_TUNING = "heard-train", "heard-dev", "unheard-dev"
_TUNING = (_HEARD_TUNING, _UNHEARD_TUNING)
_PHRASES, _TUNING_PHRASES = 30_000, 200
_SHARES = {_TRAINING: 0.97, "wordless": 0.03}
#: The benchmark's recordings are clean, so weak augmentation suffices.
_STRONGEST_AUGMENTATION = 0.4
_HIGHEST_RATE = 1.5e-3


# Each step imports what it needs, because the steps run in two Python environments.
def speak(work: Path) -> None:
    """Let espeak-ng speak phrases of random words."""
    from transcriber_image.demo_model.training.synthesis import espeak_corpus, espeak_folder

    corpora = work / "corpora"
    corpora.mkdir(parents=True, exist_ok=True)
    data = espeak_folder(corpora / "espeak")
    training_voices = [*voices.ESPEAK_TRAIN, *voices.invented_names()]
    tuning_voices = list(voices.ESPEAK_DEV)
    for name, count, variants, words, rates in (
        (_HEARD_TUNING, _TUNING_PHRASES, tuning_voices, heard_words(), (130, 190)),
        (_UNHEARD_TUNING, _TUNING_PHRASES, tuning_voices, unheard_words(), (130, 190)),
        (_TRAINING, _PHRASES, training_voices, heard_words(), (120, 210)),
    ):
        phrase = partial(random_phrase, words)
        espeak_corpus(count, variants, _ACCENTS, data, rates, name, phrase=phrase).save(corpora / f"{name}.npz")


def augment(work: Path) -> None:
    """Write the features of augmented speech to several files."""
    from transcriber_image.demo_model.training.dataset import write

    write(work / "corpora", work / "shards", _SHARES, _TUNING, _STRONGEST_AUGMENTATION)


def train(work: Path, minutes: float) -> None:
    """Train the network, from the weights of the demo model."""
    from transcriber_image.demo_model.training.training import train

    train(work / "shards", work / "weights.npz", minutes, work / "start.npz", _TUNING, _HIGHEST_RATE)


def package(work: Path) -> None:
    """Write the model file."""
    import numpy as np

    from transcriber_image.demo_model.training import graph, pbmm

    with np.load(work / "weights.npz") as weights:
        pbmm.write(graph.build(dict(weights)), MODEL)


def main() -> None:
    """Run the step that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.teaching.speller", description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="STEP")
    for function in (speak, augment, train, package):
        step = steps.add_parser(function.__name__, help=function.__doc__)
        step.set_defaults(function=function)
        step.add_argument("--work", type=Path, required=True, help="folder for intermediate files")
        if function is train:
            step.add_argument("--minutes", type=float, required=True)
    arguments = vars(parser.parse_args())
    arguments.pop("function")(**arguments)


if __name__ == "__main__":
    main()

"""The command line of the trainer. `make teach` passes its variables through the environment."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from trainer.decision.teaching_report import TeachingReport
from trainer.decision.words_report import WordsReport
from trainer.errors import OutNotEmpty
from trainer.teaching import TeachingRequest, teach
from trainer.training.recipe import TrainingRecipe
from trainer.word_teaching import WordsRequest, teach_words
from transcription.contract.errors import TranscriptionError
from transcription.contract.log_text import printable

_DEMO_MODEL = Path("transcriber_image/demo_model")
_MODELS, _WORK = Path("models"), Path(".local/teach")


def main() -> int:
    """Run the command.

    Returns:
        The exit code: 0 if the report was written, 1 if something failed.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    logging.getLogger("jax").setLevel(logging.WARNING)
    arguments = _parse_arguments()
    try:
        base = Path(arguments.base or _DEMO_MODEL)
        out = Path(arguments.out) if arguments.out else _new_folder(base)
        if out.exists() and any(out.iterdir()):
            raise OutNotEmpty(f"{out} is not empty. Name another folder, or remove it.")
        test, others = (Path(folder) if folder else None for folder in (arguments.test, arguments.others))
        work = Path(arguments.work)
        report: TeachingReport | WordsReport
        if arguments.words:
            audio = Path(arguments.audio) if arguments.audio else None
            report = teach_words(WordsRequest(Path(arguments.words), base, out, work, audio, test, others))
        else:
            request = TeachingRequest(Path(arguments.audio), base, out, work, test, others)
            report = teach(request, TrainingRecipe(seed=arguments.seed))
    except (TranscriptionError, OSError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    print(f"\n{report.as_markdown()}\nThe report is in {out}.")
    if report.decision.is_used:
        print(f"Use the new model: make demo MODEL={out}")
    return 0


def _parse_arguments() -> argparse.Namespace:
    def add(name: str, meaning: str, default: str = "") -> None:
        parser.add_argument(f"--{name}", default=os.environ.get(name.upper(), "") or default, help=meaning)

    parser = argparse.ArgumentParser(prog="python -m trainer", description=__doc__)
    add("audio", "the folder with recordings and texts")
    add("words", "a folder with texts, of which only the words are taught; recordings in AUDIO measure the result")
    add("base", "the folder of the model that is taught; default: the demo model")
    add("out", "the folder of the new model and the report; default: models/{base}-{number}")
    add("test", "a folder with recordings and texts for the test only; default: a fifth of AUDIO")
    add("others", "a folder with recordings and texts of other people, which must not become worse")
    parser.add_argument("--work", default=str(_WORK), help="the folder for checkpoints")
    parser.add_argument("--seed", type=int, default=0, help="the seed of all random choices")
    arguments = parser.parse_args()
    if not (arguments.audio or arguments.words):
        parser.error("name the folder with recordings and texts: make teach AUDIO=folder, or WORDS=folder with texts")
    return arguments


def _new_folder(base: Path) -> Path:
    """Return the first folder `models/{base}-{number}` that does not exist."""
    name = base.resolve().name.removesuffix("_model")
    return next(folder for number in range(1, 10**6) if not (folder := _MODELS / f"{name}-{number}").exists())

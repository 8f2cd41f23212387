"""The command `python -m trainer`, which `make teach` runs: teach what the arguments say, and tell what came of it."""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections.abc import Set
from pathlib import Path

from trainer import bucket_process
from trainer.arguments import parse_arguments
from trainer.decision.both_report import BothReport
from trainer.decision.promotion import Verdict
from trainer.decision.teaching_report import TeachingReport
from trainer.decision.words_report import WordsReport
from trainer.errors import OutNotEmpty
from trainer.sound_and_word_teaching import teach_both
from trainer.teaching import TeachingRequest, teach
from trainer.training.recipe import TrainingRecipe
from trainer.word_teaching import WordsRequest, teach_words
from transcription.contract.errors import TranscriptionError
from transcription.contract.log_text import printable
from transcription.contract.teaching import SOUND, WORDS

_DEMO_MODEL = Path("transcriber_image/demo_model")
_MODELS = Path("models")


def main() -> int:
    """Run the command.

    Returns:
        The exit code: 0 if the report was written, 1 if something failed.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    logging.getLogger("jax").setLevel(logging.WARNING)
    arguments = parse_arguments()
    try:
        audio, base, out = _choose_folders(arguments)
        if out.exists() and any(out.iterdir()):
            raise OutNotEmpty(f"{out} is not empty. Name another folder, or remove it.")
        report = _teach(arguments, audio, base, out)
        print(f"\n{report.as_markdown()}\nThe report is in {out}.")
        if report.decision.verdict == Verdict.NOT_MEASURED:
            model = out / "not-measured"
            print(f"The model is in {model}, not measured. Try it: make demo MODEL={model} AUDIO=folder")
        if report.decision.is_used:
            print(f"Use the new model: make demo MODEL={out} AUDIO=folder")
            if arguments.bucket:
                place = bucket_process.store(arguments.bucket, out.name, out)
                print(f"The new model is in {place}. To use it for all runs, choose it on the page Models.")
    except (TranscriptionError, OSError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    return 0


def _teach(
    arguments: argparse.Namespace, audio: Path | None, base: Path, out: Path
) -> TeachingReport | WordsReport | BothReport:
    words, test, others = (
        Path(folder) if folder else None for folder in (arguments.words, arguments.test, arguments.others)
    )
    work = Path(arguments.work)
    if arguments.teach == WORDS:
        measuring = audio if words else None
        return teach_words(WordsRequest(words or audio or Path(), base, out, work, measuring, test, others))
    request = TeachingRequest(audio or Path(), base, out, work, test, others)
    recipe = TrainingRecipe(seed=arguments.seed)
    return teach(request, recipe) if arguments.teach == SOUND else teach_both(request, recipe, words)


def _choose_folders(arguments: argparse.Namespace) -> tuple[Path | None, Path, Path]:
    """Return the folders of the recordings, of the base model and of the result. With a bucket, fetch both first."""
    audio = Path(arguments.audio) if arguments.audio else None
    base = Path(arguments.base or _DEMO_MODEL)
    taken = frozenset[str]()
    if arguments.bucket:
        copy = Path(arguments.work) / "buckets" / arguments.bucket
        data = bucket_process.fetch(arguments.bucket, arguments.set, arguments.base, copy)
        audio, base, taken = data.audio, data.base, data.models
    # The number of a model that was taught before is replaced.
    name = re.sub(r"-\d+$", "", base.resolve().name.removesuffix("_model"))
    return audio, base, Path(arguments.out) if arguments.out else _new_folder(name, taken)


def _new_folder(name: str, taken: Set[str]) -> Path:
    """Return the first folder `models/{name}-{number}` that does not exist, and whose name is not taken."""
    numbered = (f"{name}-{number}" for number in range(1, 10**6))
    return next(_MODELS / model for model in numbered if model not in taken and not (_MODELS / model).exists())

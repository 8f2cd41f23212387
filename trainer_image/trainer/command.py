"""The command line of the trainer. `make teach` passes its variables through the environment."""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from collections.abc import Set
from pathlib import Path

from trainer import bucket_process
from trainer.decision.promotion import Verdict
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
        audio, base, out = _choose_folders(arguments)
        if out.exists() and any(out.iterdir()):
            raise OutNotEmpty(f"{out} is not empty. Name another folder, or remove it.")
        test, others = (Path(folder) if folder else None for folder in (arguments.test, arguments.others))
        work = Path(arguments.work)
        report: TeachingReport | WordsReport
        if arguments.words:
            report = teach_words(WordsRequest(Path(arguments.words), base, out, work, audio, test, others))
        else:
            request = TeachingRequest(audio or Path(), base, out, work, test, others)
            report = teach(request, TrainingRecipe(seed=arguments.seed))
        print(f"\n{report.as_markdown()}\nThe report is in {out}.")
        if report.decision.verdict == Verdict.NOT_MEASURED:
            print(f"The model is in {out / 'not-measured'}.")
        if report.decision.is_used:
            print(f"Use the new model: make demo MODEL={out}")
            if arguments.bucket:
                place = bucket_process.store(arguments.bucket, out.name, out)
                print(f"The new model is in {place}. To use it for all runs, choose it on the page Models.")
    except (TranscriptionError, OSError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    return 0


def _choose_folders(arguments: argparse.Namespace) -> tuple[Path | None, Path, Path]:
    """Return the folders of the recordings, of the base model and of the result. With a bucket, fetch both first."""
    audio = Path(arguments.audio) if arguments.audio else None
    base = Path(arguments.base or _DEMO_MODEL)
    name, taken = base.resolve().name.removesuffix("_model"), frozenset[str]()
    if arguments.bucket:
        copy = Path(arguments.work) / "buckets" / arguments.bucket
        data = bucket_process.fetch(arguments.bucket, arguments.set, arguments.base, copy)
        audio, base, taken = data.audio, data.base, data.models
        # The number of a model that was taught before is replaced.
        name = re.sub(r"-\d+$", "", base.name)
    return audio, base, Path(arguments.out) if arguments.out else _new_folder(name, taken)


def _parse_arguments() -> argparse.Namespace:
    def add(name: str, meaning: str, default: str = "") -> None:
        parser.add_argument(f"--{name}", default=os.environ.get(name.upper(), "") or default, help=meaning)

    parser = argparse.ArgumentParser(prog="python -m trainer", description=__doc__)
    add("audio", "the folder with recordings and texts")
    add("words", "a folder with texts, of which only the words are taught; recordings in AUDIO measure the result")
    add("base", "the folder of the model that is taught; default: the demo model, or the model in use in BUCKET")
    add("out", "the folder of the new model and the report; default: models/{base}-{number}")
    add("test", "a folder with recordings and texts for the test only; default: a fifth of AUDIO")
    add("others", "a folder with recordings and texts of other people, which must not become worse")
    add("bucket", "a bucket whose corrections are taught, and to which the new model is written; BASE is a model in it")
    add("set", "the name of a folder below teaching/ in BUCKET with recordings and texts, which are taught too")
    parser.add_argument("--work", default=str(_WORK), help="the folder for checkpoints")
    parser.add_argument("--seed", type=int, default=0, help="the seed of all random choices")
    arguments = parser.parse_args()
    if not (arguments.audio or arguments.words or arguments.bucket):
        parser.error(
            "name the folder with recordings and texts: make teach AUDIO=folder, or WORDS=folder with texts, or "
            "BUCKET=name"
        )
    if arguments.bucket and arguments.audio:
        parser.error("name either AUDIO or BUCKET; upload the recordings to teaching/{set}/ in the bucket")
    if arguments.set and not arguments.bucket:
        parser.error("SET is a folder in a bucket: name BUCKET, too")
    return arguments


def _new_folder(name: str, taken: Set[str]) -> Path:
    """Return the first folder `models/{name}-{number}` that does not exist, and whose name is not taken."""
    numbered = (f"{name}-{number}" for number in range(1, 10**6))
    return next(_MODELS / model for model in numbered if model not in taken and not (_MODELS / model).exists())

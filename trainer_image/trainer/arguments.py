"""The arguments of the trainer. `make teach` passes its variables through the environment."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from transcription.contract.teaching import BOTH, SOUND, TAUGHT, WORDS

_WORK = Path(".local/teach")


def parse_arguments() -> argparse.Namespace:
    """Return the arguments. `teach` is one of `TAUGHT`, and there is what it needs.

    Raises:
        SystemExit: arguments are wrong or contradict each other. The reason was printed.
    """

    def add(name: str, meaning: str, default: str = "") -> None:
        parser.add_argument(f"--{name}", default=os.environ.get(name.upper(), "") or default, help=meaning)

    parser = argparse.ArgumentParser(prog="python -m trainer", description=__doc__)
    add("teach", "what is taught: sound, words or both; default: words if WORDS is given, else sound")
    add("audio", "the folder with recordings and texts")
    add("words", "a folder with texts whose words are taught; default with TEACH=words or both: AUDIO, or the bucket's")
    add("base", "the folder of the model that is taught; default: the demo model, or the model in use in BUCKET")
    add("out", "the folder of the new model and the report; default: models/{base}-{number}")
    add("test", "a folder with recordings and texts for the test only; default: a fifth of AUDIO")
    add("others", "a folder with recordings and texts of other people, which must not become worse")
    add("bucket", "a bucket whose corrections are taught, and to which the new model is written; BASE is a model in it")
    add("set", "the name of a folder below teaching/ in BUCKET with recordings and texts, which are taught too")
    parser.add_argument("--work", default=str(_WORK), help="the folder for checkpoints and copies of buckets")
    parser.add_argument("--seed", type=int, default=0, help="the seed of all random choices")
    arguments = parser.parse_args()
    refusal = _refusal(arguments)
    if refusal:
        parser.exit(2, f"{refusal}\n")
    arguments.teach = arguments.teach or (WORDS if arguments.words else SOUND)
    return arguments


def _refusal(arguments: argparse.Namespace) -> str:
    """Return why the arguments do not fit each other, or nothing if they do."""
    what, words, bucket = arguments.teach, arguments.words, arguments.bucket
    has_recordings = bool(arguments.audio or bucket)
    refusals = [
        (what and what not in TAUGHT, f"TEACH is {what!r}; it must be {SOUND}, {WORDS} or {BOTH}."),
        (
            bucket and arguments.audio,
            "Name either AUDIO or BUCKET; upload the recordings to teaching/{set}/ in the bucket.",
        ),
        (arguments.set and not bucket, "SET is a folder in a bucket: name BUCKET, too."),
        (
            not has_recordings and not words,
            "Name the folder with recordings and texts: make teach AUDIO=folder, or WORDS=folder with texts, or "
            "BUCKET=name.",
        ),
        (
            what in (SOUND, BOTH) and not has_recordings,
            "Sound is taught from recordings with texts: name AUDIO=folder or BUCKET=name, too.",
        ),
        (
            what == SOUND and words,
            f"WORDS is a folder with texts, and TEACH={SOUND} learns none: leave WORDS out, or use TEACH={BOTH}.",
        ),
    ]
    return next((sentence for applies, sentence in refusals if applies), "")

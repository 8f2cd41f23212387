"""The teachings of words: the commands to a model that knows digits only, and other words to the demo model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.teaching.trainer_process import teach
from benchmarks.teaching.word_sets import COMMANDS_SET, DIGITS_SET, OTHER_WORDS_SET
from local.paths import DEMO_MODEL

#: The parts of a set by the trainer's option.
_PARTS = {"words": "texts", "audio": "audio", "test": "test"}


def run(sets: Path, folder: Path) -> None:
    """Teach the words of each set. The report of a teaching is `{folder}/{set}/report.json`.

    A teaching that has a report is not repeated. Its guard is phrases of the words in the base model's scorer, which
    the trainer lets espeak-ng speak.

    Args:
        sets: the folder with the sets that `word_sets.make` wrote.
        folder: the folder for the models and reports.

    Raises:
        subprocess.CalledProcessError: a teaching failed. Its log is `{folder}/{set}.log`.
    """
    bases = {COMMANDS_SET: _teach_digits(sets, folder), OTHER_WORDS_SET: DEMO_MODEL}
    for name, base in bases.items():
        parts = {f"--{option}": sets / name / part for option, part in _PARTS.items()}
        teach(folder / name, {**parts, "--base": base})


def _teach_digits(sets: Path, folder: Path) -> Path:
    """Return the demo model with a scorer that knows the digits only.

    A new scorer also takes over the words of the base model's scorer, so the base model has none.
    """
    base = folder / "no-scorer"
    base.mkdir(parents=True, exist_ok=True)
    shutil.copy(DEMO_MODEL / "demo.pbmm", base)
    beam_width = json.loads((DEMO_MODEL / "model.json").read_text())["beam_width"]
    (base / "model.json").write_text(json.dumps({"name": base.name, "beam_width": beam_width}))
    teach(folder / "digits", {"--words": sets / DIGITS_SET / "texts", "--base": base})
    # Without recordings, the trainer writes a model that it did not measure.
    return folder / "digits" / "not-measured"

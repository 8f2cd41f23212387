"""The teachings of words: the commands to a model that knows digits only, and other words to one that can spell."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.teaching import speller
from benchmarks.teaching.trainer_process import teach
from benchmarks.teaching.word_sets import COMMANDS_SET, DIGITS_SET, KNOWN_WORDS_SET, OTHER_WORDS_SET
from local.paths import DEMO_MODEL

#: The parts of a set by the trainer's option.
_PARTS = {"words": "texts", "audio": "audio", "test": "test"}


def run(sets: Path, folder: Path) -> None:
    """Teach the words of each set. The report of a teaching is `{folder}/{set}/report.json`.

    A teaching that has a report is not repeated. The guard is phrases of the words in the base model's scorer. For the
    commands, the trainer lets espeak-ng speak them.

    Args:
        sets: the folder with the sets that `word_sets.make` wrote.
        folder: the folder for the models and reports.

    Raises:
        subprocess.CalledProcessError: a teaching failed. Its log is `{folder}/{set}.log`.
    """
    digits_model = _with_scorer(DEMO_MODEL / "demo.pbmm", sets, DIGITS_SET, folder)
    spelling_model = _with_scorer(speller.MODEL, sets, KNOWN_WORDS_SET, folder)
    _teach(sets, COMMANDS_SET, folder, digits_model, {})
    _teach(sets, OTHER_WORDS_SET, folder, spelling_model, {"--others": sets / KNOWN_WORDS_SET / "others"})


def _teach(sets: Path, name: str, folder: Path, base: Path, guard: dict[str, Path]) -> None:
    parts = {f"--{option}": sets / name / part for option, part in _PARTS.items()}
    teach(folder / name, {**parts, **guard, "--base": base})


def _with_scorer(acoustic: Path, sets: Path, name: str, folder: Path) -> Path:
    """Return a model with a scorer that knows the words of a set.

    A new scorer also takes over the words of the base model's scorer, so the base model has none.
    """
    base = folder / f"{name}-base"
    base.mkdir(parents=True, exist_ok=True)
    shutil.copy(acoustic, base)
    (base / "model.json").write_text(json.dumps({"name": base.name}))
    teach(folder / name, {"--words": sets / name / "texts", "--base": base})
    # Without recordings, the trainer writes a model that it did not measure.
    return folder / name / "not-measured"

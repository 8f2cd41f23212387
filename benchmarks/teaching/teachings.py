"""The teachings that the figures are made of: each amount of speech with several seeds."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from benchmarks.teaching.sets import MINUTES
from local.paths import ROOT, TRAINER_ENV

_SEEDS = range(3)


def run(sets: Path, folder: Path) -> None:
    """Teach the demo model all amounts of speech. The report of a teaching is `{folder}/{minutes}-{seed}/report.json`.

    A teaching that has a report is not repeated. As many run at a time as there are cores.

    Args:
        sets: the folder with the sets that `sets.make` wrote.
        folder: the folder for the models and reports.

    Raises:
        subprocess.CalledProcessError: a teaching failed. Its log is `{folder}/{minutes}-{seed}.log`.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for future in [pool.submit(_teach, sets, folder, minutes, seed) for seed, minutes in product(_SEEDS, MINUTES)]:
            future.result()


def _teach(sets: Path, folder: Path, minutes: int, seed: int) -> None:
    name = f"{minutes}-{seed}"
    if (folder / name / "report.json").exists():
        return
    options = {
        "--audio": sets / str(minutes),
        "--test": sets / "test",
        "--others": sets / "others",
        "--out": folder / name,
        "--work": folder / f"{name}.work",
        "--seed": seed,
    }
    arguments = [str(part) for option in options.items() for part in option]
    python_path = os.pathsep.join(str(ROOT / part) for part in ("dags", "transcriber_image", "trainer_image"))
    with (folder / f"{name}.log").open("w") as log:
        subprocess.run(
            [TRAINER_ENV / "bin" / "python", "-m", "trainer", *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": python_path},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )

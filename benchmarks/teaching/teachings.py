"""The teachings that the figures are made of: each amount of speech with several seeds."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from benchmarks.teaching.sets import MINUTES
from benchmarks.teaching.trainer_process import teach

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
    recordings = {"--audio": sets / str(minutes), "--test": sets / "test", "--others": sets / "others"}
    teach(folder / f"{minutes}-{seed}", {**recordings, "--seed": seed})

"""The trainer's command as a process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.paths import ROOT, TRAINER_ENV


def teach(out: Path, options: Mapping[str, object]) -> None:
    """Teach a model, if there is no report of it yet.

    Args:
        out: the folder of the new model and of the report. Beside it are the log, `{out}.log`, and the folder for
            checkpoints, `{out}.work`.
        options: further options of the command with their values.

    Raises:
        subprocess.CalledProcessError: the teaching failed.
    """
    if (out / "report.json").exists():
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    all_options = {**options, "--out": out, "--work": out.with_name(f"{out.name}.work")}
    arguments = [str(part) for option in all_options.items() for part in option]
    python_path = os.pathsep.join(str(ROOT / part) for part in ("dags", "transcriber_image", "trainer_image"))
    with out.with_name(f"{out.name}.log").open("w") as log:
        subprocess.run(
            [TRAINER_ENV / "bin" / "python", "-m", "trainer", *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": python_path},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )

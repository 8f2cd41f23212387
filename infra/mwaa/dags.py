"""The check of the DAG folder and the plugins, which are loaded with MWAA's version of Airflow.

`make` installs each version with the packages of MWAA's image. A DAG that imports another package fails here.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from infra.mwaa.airflow_versions import environment
from infra.mwaa.concurrency import most_at_once
from infra.mwaa.errors import (
    AirflowMissing,
    DagBroken,
    DagMissing,
    DagsTooMany,
    DagUsesNetwork,
    PluginBroken,
    RuleBroken,
    TasksTooMany,
)
from infra.mwaa.limits import environment_class
from infra.paths import ROOT

_LOADER = ROOT / "infra" / "mwaa" / "load_dags.py"


@dataclass(frozen=True)
class Loaded:
    """The outcome of loading a DAG folder and plugins."""

    #: The error of each DAG file that Airflow cannot import.
    errors: Mapping[str, str]
    #: The error of each plugin that Airflow cannot import.
    plugin_errors: Mapping[str, str]
    #: Attempts to use the network while a DAG file was parsed.
    refused: list[str]
    #: The maximum number of tasks that run at once, by DAG.
    at_once: Mapping[str, int]


def load(dags: Path, plugins: Path, version: str, options: Mapping[str, Any] = MappingProxyType({})) -> Loaded:
    """Load a DAG folder and a plugins.zip with a version of Airflow.

    Args:
        dags: The DAG folder.
        plugins: The path of the plugins.zip.
        version: The version of Airflow.
        options: Airflow's options of the environment: `transcription.schedule`. Values that only CloudFormation knows
            are ignored.

    Raises:
        AirflowMissing: This version is not installed, or does not start.
    """
    installed = environment(version)
    python, again = installed / "bin" / "python", f"make {installed.relative_to(ROOT)}/ready"
    if not python.exists():
        raise AirflowMissing(f"Airflow {version} is not installed here. Run: {again}")
    with tempfile.TemporaryDirectory() as home:
        with zipfile.ZipFile(plugins) as archive:
            archive.extractall(Path(home) / "plugins")
        variables = {
            "HOME": home,
            "PATH": os.defpath,
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": f"{home}/plugins",
            # With this setting, the folder defines all of its DAGs.
            "AIRFLOW__TRANSCRIPTION__TEACH_JOB_DEFINITION": "teach",
            "PYTHONDONTWRITEBYTECODE": "1",
            **{_variable(option): value for option, value in options.items() if isinstance(value, str)},
        }
        # -P: the modules beside the loader must not hide Airflow's.
        done = subprocess.run(
            [python, "-P", _LOADER, dags], env=variables, cwd=home, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise AirflowMissing(
            f"Airflow {version} does not run here. Run: rm -r {installed} && {again}\n{done.stderr[-2000:]}"
        )
    outcome = json.loads(done.stdout.splitlines()[-1])
    at_once = {
        name: min(flow["runs"] * most_at_once(flow["followers"]), flow["tasks"] * flow["runs"])
        for name, flow in outcome["flows"].items()
    }
    return Loaded(outcome["errors"], outcome["plugin_errors"], outcome["refused"], at_once)


def _variable(option: str) -> str:
    """Return the environment variable of an option of Airflow, such as `core.load_examples`."""
    section, _, name = option.partition(".")
    return f"AIRFLOW__{section}__{name}".upper()


def broken_rules(loaded: Loaded, version: str, class_name: str, workers: int = 1) -> Iterator[RuleBroken]:
    """Yield the rules that the loaded DAGs and plugins break.

    Args:
        loaded: The outcome of `load`.
        version: The version of Airflow.
        class_name: The environment class, such as `mw1.small`.
        workers: The number of workers.

    Raises:
        ClassUnknown: MWAA has no such class.
    """
    for file, error in loaded.errors.items():
        yield DagBroken(
            f"Airflow {version} cannot import {file}, and MWAA could not either. Correct it:\n{error.strip()}"
        )
    for file, error in loaded.plugin_errors.items():
        yield PluginBroken(f"Airflow {version} cannot import the plugin {file}: {error}. Correct it.")
    if not loaded.at_once and not loaded.errors:
        yield DagMissing(
            "The DAG folder contains no DAG. Add a file that defines one, and that no .airflowignore excludes."
        )
    if loaded.refused:
        yield DagUsesNetwork(
            f"A DAG file uses the network while it is parsed, every 30 seconds and without the rights of a task: "
            f"{', '.join(loaded.refused)}. Move the call into a task."
        )
    size = environment_class(class_name)
    if len(loaded.at_once) > size.dags:
        yield DagsTooMany(
            f"There are {len(loaded.at_once)} DAGs; {class_name} is made for {size.dags}. "
            "Choose a larger airflow_class."
        )
    together, room = sum(loaded.at_once.values()), size.tasks * workers
    if together > room:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(loaded.at_once.items()))
        yield TasksTooMany(
            f"Up to {together} tasks may run at once ({counts}), and {class_name} runs {room}: the rest would wait, "
            "perhaps for each other. Choose a larger airflow_class, or lower max_active_runs."
        )

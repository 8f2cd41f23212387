"""The DAG folder and the plugins, loaded by the Airflow that MWAA's image has.

`make` installs each Airflow under the pins of MWAA's image for it; a DAG that imports anything else fails here.
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
    """What an Airflow made of a DAG folder and of plugins."""

    #: What went wrong, by file.
    errors: Mapping[str, str]
    plugin_errors: Mapping[str, str]
    #: Uses of the network while parsing.
    refused: list[str]
    #: How many tasks of each DAG may run at once, by its name.
    at_once: Mapping[str, int]


def load(dags: Path, plugins: Path, version: str) -> Loaded:
    """What Airflow `version` makes of the folder `dags` and the plugins.zip `plugins`.

    Raises:
        AirflowMissing: that Airflow is not installed, or does not start.
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
            "PYTHONDONTWRITEBYTECODE": "1",
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


def broken_rules(loaded: Loaded, version: str, class_name: str, workers: int = 1) -> Iterator[RuleBroken]:
    """What would go wrong with what Airflow `version` loaded, in an environment of that class with so many workers.

    Raises:
        ClassUnknown: MWAA has no such class.
    """
    for file, error in loaded.errors.items():
        yield DagBroken(f"Airflow {version} cannot import {file}; MWAA's would not either. Mend it:\n{error.strip()}")
    for file, error in loaded.plugin_errors.items():
        yield PluginBroken(f"Airflow {version} cannot import the plugin {file}: {error}. Mend it.")
    if not loaded.at_once and not loaded.errors:
        yield DagMissing("The DAG folder holds no DAG. Its files must be named in no .airflowignore, and define one.")
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
        each = ", ".join(f"{name} {count}" for name, count in sorted(loaded.at_once.items()))
        yield TasksTooMany(
            f"Up to {together} tasks may run at once ({each}), and {class_name} runs {room}: the rest would wait, "
            "perhaps for each other. Choose a larger airflow_class, or lower max_active_runs."
        )

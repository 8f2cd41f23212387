"""The program that loads DAG files with the installed Airflow and no network, and prints the outcome as JSON.

The argument is a DAG file or a folder of DAG files. Run this file with `python -P`, so that the modules beside it do
not hide Airflow's.

The outcome contains the time in seconds that Airflow's DAG processor needs to load the files. It does not include the
import of Airflow and of the Airflow modules that the files import: the DAG processor imports these before it forks the
process that loads a file. The time is processor time. Without a network, a file waits only for other programs.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from airflow import plugins_manager
from airflow.dag_processing.processor import DagBag  # type: ignore[attr-defined]  # its own place differs
from airflow.utils.file import iter_airflow_imports

#: https://docs.python.org/3/library/audit_events.html
NETWORK = {"socket.__new__", "socket.getaddrinfo", "socket.gethostbyname"}


def close_sockets() -> list[str]:
    """Refuse all use of the network from now on.

    Returns:
        A list to which every refused use is added. The list is necessary because many libraries ignore the error.
    """
    refused: list[str] = []

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in NETWORK:
            refused.append(f"{event} {arguments[1:]}")
            raise OSError("sockets are closed")

    sys.addaudithook(refuse)
    return refused


def flow(dag: Any) -> dict[str, Any]:
    """Return the limits of a DAG's concurrency, and the order of its tasks.

    Returns:
        `runs`: how many runs of the DAG may be active at once. `tasks`: how many tasks of a run may run at once.
        `followers`: the tasks that directly follow each task.
    """
    return {
        "runs": dag.max_active_runs,
        "tasks": dag.max_active_tasks,
        "followers": {name: sorted(task.downstream_task_ids) for name, task in dag.task_dict.items()},
    }


def plugin_errors() -> dict[str, str]:
    """Return the import errors of plugins, by the plugins' files."""
    plugins_manager.ensure_plugins_loaded()
    if hasattr(plugins_manager, "get_import_errors"):
        return dict(plugins_manager.get_import_errors())
    return dict(plugins_manager.import_errors)  # type: ignore[attr-defined]  # Airflow 3.0


def main(place: Path) -> None:
    """Load a DAG file, or all DAG files of a folder, and print the outcome."""
    folder = place if place.is_dir() else place.parent
    sys.path.append(str(folder))  # as the DAG processor does
    for file in [place] if place.is_file() else sorted(place.glob("*.py")):
        for module in iter_airflow_imports(str(file)):
            importlib.import_module(module)
    refused = close_sockets()
    warnings.simplefilter("default")
    started = time.process_time()
    bag = DagBag(place)
    outcome = {
        "seconds": time.process_time() - started,
        "dags": sorted(bag.dags),
        "errors": bag.import_errors,
        "warnings": bag.captured_warnings,
        "refused": refused,
        "flows": {name: flow(dag) for name, dag in bag.dags.items()},
        "plugin_errors": plugin_errors(),
    }
    print(f"\n{json.dumps(outcome)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Load DAG files in the Airflow of this environment, with sockets closed, and print the outcome as JSON.

The argument is a DAG file or a folder of DAG files. Run it with `python -P`, so that the modules beside it do not hide
Airflow's. The time is what Airflow's DAG processor needs for a file. That process imports Airflow, and the Airflow
modules that the file's own lines import, before it forks the process that loads the file. The time is processor time:
with sockets closed, a file waits for nothing but other programs.
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
        What was refused so far, because libraries tend to swallow the error.
    """
    refused: list[str] = []

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in NETWORK:
            refused.append(f"{event} {arguments[1:]}")
            raise OSError("sockets are closed")

    sys.addaudithook(refuse)
    return refused


def flow(dag: Any) -> dict[str, Any]:
    """How many runs of a DAG there may be at once, how many of its tasks, and which tasks follow which."""
    return {
        "runs": dag.max_active_runs,
        "tasks": dag.max_active_tasks,
        "followers": {name: sorted(task.downstream_task_ids) for name, task in dag.task_dict.items()},
    }


def plugin_errors() -> dict[str, str]:
    """What went wrong with the plugins, by their files."""
    plugins_manager.ensure_plugins_loaded()
    if hasattr(plugins_manager, "get_import_errors"):
        return dict(plugins_manager.get_import_errors())
    return dict(plugins_manager.import_errors)  # type: ignore[attr-defined]  # Airflow 3.0


def main(place: Path) -> None:
    """Load a DAG file, or a folder of them."""
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

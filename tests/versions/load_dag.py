"""Loads a DAG file in the Airflow that runs this, with sockets closed, and prints as JSON what came of it.

The time is what Airflow's DAG processor takes for the file: it has imported Airflow, and those modules of Airflow that
the file's own lines import, before it forks the process that loads the file. Taken is processor time, because with
sockets closed there is nothing to wait for but other programs.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from airflow.dag_processing.processor import DagBag  # its own place differs between versions
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


def main(file: Path) -> None:
    sys.path.append(str(file.parent))  # as the DAG processor does
    for module in iter_airflow_imports(str(file)):
        importlib.import_module(module)
    refused = close_sockets()
    warnings.simplefilter("default")
    started = time.process_time()
    bag = DagBag(file)
    outcome = {
        "seconds": time.process_time() - started,
        "dags": sorted(bag.dags),
        "errors": bag.import_errors,
        "warnings": bag.captured_warnings,
        "refused": refused,
    }
    print(f"\n{json.dumps(outcome)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The state of a deployment. The rehearsal compares two states to see what an update has changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DeploymentState:
    """Everything that an update can change.

    Attributes:
        dags: ETag of each DAG file, by key.
        plugins: Key and version of the plugins.
        requirements: Key and version of the requirements.
        job_definition: Newest revision of the job definition.
        options: Airflow's configuration options.
    """

    dags: dict[str, str]
    plugins: tuple[str, str]
    requirements: tuple[str, str]
    job_definition: int
    options: dict[str, str]

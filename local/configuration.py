"""The configuration of the local Airflow. It consists of environment variables, as in MWAA."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.aws_client import NO_PROXY, aws_environment
from local.database import Database
from local.paths import ROOT
from local.resources import ALERT_TOPIC, BUCKET, CHILDREN, JOB_DEFINITION, QUEUE

USER = "admin"


@dataclass(frozen=True)
class Deployed:
    """A deployment that Airflow uses instead of this checkout and the settings of the local stack."""

    dags: Path
    plugins: Path
    #: Airflow's configuration options in MWAA's form: `section.name`, for example `transcription.bucket`.
    options: Mapping[str, str]
    #: Credentials of the execution role, as the environment variables that AWS's SDKs read.
    credentials: Mapping[str, str]

    def variables(self) -> dict[str, str]:
        """Return the configuration and the credentials of the deployment as environment variables."""
        return {
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.plugins),
            **{f"AIRFLOW__{name.replace('.', '__', 1).upper()}": value for name, value in self.options.items()},
            **self.credentials,
        }


def configure(
    home: Path,
    url: str,
    database: Database,
    endpoint: str,
    programs: Path,
    *,
    scheduled: bool,
    settings: Mapping[str, str],
    deployed: Deployed | None = None,
) -> dict[str, str]:
    """Return all environment variables of one Airflow.

    Args:
        home: The folder for the passwords and the logs of Airflow.
        url: The address at which Airflow answers.
        database: The database of Airflow.
        endpoint: The URL of the local AWS.
        programs: The folder of Airflow's programs.
        scheduled: Whether the DAG also runs on its schedule.
        settings: Settings of the section `[transcription]` that replace those of the local stack.
        deployed: A deployment to use instead of this checkout and all settings of the section `[transcription]`.
    """
    # Take only these variables from the caller, because Airflow and the AWS SDKs read many others as settings.
    inherited = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
    airflow = {
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",
        "CORE__FERNET_KEY": "",
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "DATABASE__SQL_ALCHEMY_CONN": database.url,
        "API__HOST": "127.0.0.1",
        "API__PORT": url.rsplit(":", 1)[1],
        "API__WORKERS": "1",
        "API__BASE_URL": url,
        "API__SECRET_KEY": secrets.token_urlsafe(32),
        "API_AUTH__JWT_SECRET": secrets.token_urlsafe(32),
        "LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        # A scheduled run at 01:00 would transcribe the audio that is meant for a triggered run.
        "SCHEDULER__USE_JOB_SCHEDULE": str(scheduled),
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    }
    transcription = {
        "bucket": BUCKET,
        "job_queue": QUEUE,
        "job_definition": JOB_DEFINITION,
        "alert_topic": ALERT_TOPIC,
        # Start an array job even for little audio, with as many children as can run at once.
        "audio_minutes_per_child": "0.05",
        "max_children": str(CHILDREN),
        "poll_seconds": "1",
        **settings,
    }
    return {
        **inherited,
        **aws_environment(endpoint),
        **NO_PROXY,
        "PATH": f"{programs}:{inherited.get('PATH', '/usr/bin:/bin')}",
        "AIRFLOW_HOME": str(home),
        "PGPASSFILE": str(database.password_file),
        "AIRFLOW_CONN_AWS_DEFAULT": "aws://",
        "PYTHONDONTWRITEBYTECODE": "1",
        **{f"AIRFLOW__{name}": value for name, value in airflow.items()},
        **(deployed.variables() if deployed else _section(transcription)),
    }


def _section(settings: Mapping[str, str]) -> dict[str, str]:
    return {f"AIRFLOW__TRANSCRIPTION__{name.upper()}": value for name, value in settings.items()}

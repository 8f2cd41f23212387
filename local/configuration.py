"""The configuration of the local Airflow: as MWAA gives it, through environment variables."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from local.aws_client import NO_PROXY, aws_environment
from local.paths import ROOT
from local.resources import ALERT_TOPIC, BUCKET, CHILDREN, JOB_DEFINITION, QUEUE

USER = "admin"


def configure(
    home: Path, url: str, endpoint: str, programs: Path, *, scheduled: bool, settings: Mapping[str, str]
) -> dict[str, str]:
    """All environment variables of an Airflow in `home` that answers at `url` and uses the AWS at `endpoint`.

    Its programs are in the folder `programs`. `settings` override those below in the section `[transcription]`.
    """
    # Nothing of the caller's environment that Airflow or the AWS SDK could take for a setting.
    inherited = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
    airflow = {
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",
        "CORE__FERNET_KEY": "",
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "API__HOST": "127.0.0.1",
        "API__PORT": url.rsplit(":", 1)[1],
        "API__WORKERS": "1",
        "API__BASE_URL": url,
        "API__SECRET_KEY": secrets.token_urlsafe(32),
        "API_AUTH__JWT_SECRET": secrets.token_urlsafe(32),
        "LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        # Off where a nightly run at 01:00 would take audio away from the run that is watched.
        "SCHEDULER__USE_JOB_SCHEDULE": str(scheduled),
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    }
    transcription = {
        "bucket": BUCKET,
        "job_queue": QUEUE,
        "job_definition": JOB_DEFINITION,
        "alert_topic": ALERT_TOPIC,
        # An array job however little audio there is, and as many children as run at once.
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
        "AIRFLOW_CONN_AWS_DEFAULT": "aws://",
        "PYTHONDONTWRITEBYTECODE": "1",
        **{f"AIRFLOW__{name}": value for name, value in airflow.items()},
        **{f"AIRFLOW__TRANSCRIPTION__{name.upper()}": value for name, value in transcription.items()},
    }

"""A real Airflow on this machine, set up as MWAA sets it up, in a folder of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from local import processes
from local.aws_client import NO_PROXY, aws_environment
from local.errors import StackError
from local.paths import LOCAL, ROOT
from local.resources import BUCKET, CHILDREN, JOB_DEFINITION, QUEUE

DAG_ID = "transcribe_audio"
USER = "admin"
#: No triggerer: nothing in the DAG defers.
_COMPONENTS = ("api-server", "scheduler", "dag-processor")
#: A fresh metadata database, made once per installed Airflow: migrations take longer than all else together.
_EMPTY_DATABASE = LOCAL / "venvs" / "airflow" / "empty-airflow.db"
#: How long Airflow may take to answer, in seconds. It takes 15 to 40; slow machines get more.
_START_LIMIT = 300.0


class Airflow:
    """One Airflow: where it answers, and how to log in."""

    def __init__(self, state: Path, endpoint: str, *, scheduled: bool) -> None:
        self.state = state
        self._scheduled = scheduled
        self.home = state / "airflow"
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.password = secrets.token_urlsafe(12)
        self._environment = self._make_environment(endpoint)

    def _make_environment(self, endpoint: str) -> dict[str, str]:
        port = self.url.rsplit(":", 1)[1]
        passwords = self.home / "passwords.json"
        # Nothing of the caller's environment that Airflow or the AWS SDK could take for a setting.
        inherited = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
        settings = {
            "CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": "4",
            "CORE__FERNET_KEY": "",
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home}/airflow.db",
            "API__HOST": "127.0.0.1",
            "API__PORT": port,
            "API__WORKERS": "1",
            "API__BASE_URL": self.url,
            "API__SECRET_KEY": secrets.token_urlsafe(32),
            "API_AUTH__JWT_SECRET": secrets.token_urlsafe(32),
            "LOGGING__BASE_LOG_FOLDER": str(self.home / "logs"),
            # Off where a nightly run at 01:00 would take audio away from the run that is watched.
            "SCHEDULER__USE_JOB_SCHEDULE": str(self._scheduled),
            "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "TRANSCRIPTION__BUCKET": BUCKET,
            "TRANSCRIPTION__JOB_QUEUE": QUEUE,
            "TRANSCRIPTION__JOB_DEFINITION": JOB_DEFINITION,
            # An array job however little audio there is, and as many children as run at once.
            "TRANSCRIPTION__AUDIO_MINUTES_PER_CHILD": "0.05",
            "TRANSCRIPTION__MAX_CHILDREN": str(CHILDREN),
            "TRANSCRIPTION__POLL_SECONDS": "1",
        }
        return {
            **inherited,
            **aws_environment(endpoint),
            **NO_PROXY,
            "PATH": f"{Path(sys.executable).parent}:{inherited.get('PATH', '/usr/bin:/bin')}",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW_CONN_AWS_DEFAULT": "aws://",
            "PYTHONDONTWRITEBYTECODE": "1",
            **{f"AIRFLOW__{name}": value for name, value in settings.items()},
        }

    def start(self) -> None:
        """Start all components and wait until the DAG can be triggered.

        Raises:
            StackError: a component ended, the DAG does not import, or it all took too long.
        """
        self.home.mkdir(parents=True)
        passwords = Path(self._environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps({USER: self.password}))
        self._make_database()
        started = {name: self._start_component(name) for name in _COMPONENTS}
        server = started["api-server"]
        processes.wait_until(self._answers, "Airflow's API server", server, self._log("api-server"), _START_LIMIT)
        parser = started["dag-processor"]
        with self.client() as client:
            processes.wait_until(
                lambda: self._has_dag(client),
                "Airflow's DAG processor",
                parser,
                self._log("dag-processor"),
                _START_LIMIT,
            )

    def _make_database(self) -> None:
        database = self.home / "airflow.db"
        if not _EMPTY_DATABASE.exists():
            done = subprocess.run(
                [sys.executable, "-m", "airflow", "db", "migrate"],
                env=self._environment,
                cwd=self.state,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise StackError(f"Airflow could not make its database:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
            # Renamed into place, so that another stack starting now never sees half a file.
            partial = _EMPTY_DATABASE.with_suffix(f".{os.getpid()}")
            shutil.copy(database, partial)
            partial.rename(_EMPTY_DATABASE)
        else:
            shutil.copy(_EMPTY_DATABASE, database)

    def _start_component(self, name: str) -> subprocess.Popen[bytes]:
        return processes.start(
            [sys.executable, "-m", "airflow", name],
            env=self._environment,
            cwd=self.state,
            log=self._log(name),
            state=self.state,
        )

    def _log(self, name: str) -> Path:
        return self.state / "logs" / f"airflow-{name}.log"

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5).is_success
        except httpx.TransportError:
            return False

    def _has_dag(self, client: httpx.Client) -> bool:
        try:
            errors = client.get("/importErrors").raise_for_status().json()["import_errors"]
            found = client.get(f"/dags/{DAG_ID}").is_success
        except httpx.HTTPError:
            return False  # it has just started, on a busy machine
        if errors:
            raise StackError("\n".join(f"{error['filename']}:\n{error['stack_trace']}" for error in errors))
        return found

    def client(self) -> httpx.Client:
        """A client of the REST API v2, logged in.

        Raises:
            httpx.HTTPStatusError: the login is refused.
        """
        login = httpx.post(f"{self.url}/auth/token", json={"username": USER, "password": self.password}, timeout=30)
        token = login.raise_for_status().json()["access_token"]
        return httpx.Client(base_url=f"{self.url}/api/v2", headers={"Authorization": f"Bearer {token}"}, timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

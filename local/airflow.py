"""A real Airflow on this machine, configured as MWAA configures it, with all its files in one folder."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from infra.mwaa import airflow_versions
from local import airflow_history, processes
from local.configuration import USER, Deployed, configure
from local.database import Database, free_port
from local.errors import StackError

DAG_ID = "transcribe_audio"
_COMPONENTS = ("api-server", "scheduler", "dag-processor")
#: No task of the DAG defers. Without a triggerer, Airflow's start page reports a part that does not work.
_TRIGGERER = "triggerer"
#: How long Airflow may take to answer, in seconds. It takes 15 to 40; slow machines get more.
_START_LIMIT = 300.0
_SUPERVISOR = Path(__file__).with_name("supervisor.py")


class Airflow:
    """One Airflow on this machine: its processes, address, login and command line.

    Args:
        state: The folder for all files of this Airflow.
        endpoint: The URL of the local AWS.
        version: The version of Airflow.
        scheduled: Whether the DAG also runs on its schedule.
        settings: Settings of the section `[transcription]` that replace those of the local stack.
        deployed: A deployment to use instead of `settings` and of this checkout's DAGs and plugins.
        roles: Roles of further users. Each user has the name of its role, and the password of the admin.
        triggerer: Whether a triggerer runs.
        kept: Whether to continue with the history of an earlier start in this folder.
    """

    def __init__(
        self,
        state: Path,
        endpoint: str,
        *,
        version: str = airflow_versions.DEFAULT,
        scheduled: bool = False,
        settings: Mapping[str, str] | None = None,
        deployed: Deployed | None = None,
        roles: Sequence[str] = (),
        triggerer: bool = False,
        kept: bool = False,
    ) -> None:
        self.state = state
        self._kept = kept
        self._version = version
        self._started = (*_COMPONENTS, _TRIGGERER) if triggerer else _COMPONENTS
        self.home = state / "airflow"
        self.url = f"http://127.0.0.1:{free_port()}"
        self.database = Database(self.home / "database", state)
        self.password = secrets.token_urlsafe(12)
        installed = airflow_versions.environment(version)
        programs = installed / "bin"
        self.python = programs / "python"
        self.environment = configure(
            self.home,
            self.url,
            self.database,
            endpoint,
            programs,
            scheduled=scheduled,
            settings=settings or {},
            deployed=deployed,
        )
        self._roles = roles
        users = [f"{USER}:admin", *(f"{role}:{role}" for role in roles)]
        self.environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] = ",".join(users)
        #: A folder with an empty metadata database. `prepare` creates it once per installed Airflow, and copies it
        #: later, because creating a database takes most of the time of a start.
        self._empty_database = installed / "empty-database"
        #: The newest supervisor of each component that was started, by the component's name.
        self.components: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start all components and wait until the DAG can be triggered.

        Raises:
            StackError: A component ended, the DAG has import errors, or the start took longer than five minutes.
        """
        self.prepare()
        for name in self._started:
            self.start_component(name)
        self._wait_until(self._answers, "api-server")
        with self.client() as client:
            self.wait_for_dag(client, DAG_ID)

    def prepare(self) -> None:
        """Create the home folder with a password, and start an empty database, for the components and the command line.

        If the history is kept, the database of the earlier start stays.

        Raises:
            StackError: The database could not be created.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        passwords = Path(self.environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps(dict.fromkeys([USER, *self._roles], self.password)))
        if not (self._kept and self.database.exists()):
            self._create_database()
            airflow_history.begin(self.home, self._version)
        self.database.start()

    def _create_database(self) -> None:
        if self._empty_database.exists():
            self.database.copy_from(self._empty_database)
            return
        self.database.create()
        self.database.start()
        migration = self.command("db", "migrate")
        if migration.returncode:
            output = migration.stdout[-2000:] + migration.stderr[-2000:]
            raise StackError(f"Airflow could not create its database:\n{output}")
        self.database.stop()
        # Rename the copy into place, so that a stack that starts now never copies half a database.
        partial = Database(self._empty_database.with_suffix(f".{os.getpid()}"), self.state)
        partial.copy_from(self.database.folder)
        try:
            partial.folder.rename(self._empty_database)
        except OSError:  # another stack was faster
            shutil.rmtree(partial.folder)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `airflow` with `arguments`, and return its exit code and output."""
        return self.run_python("-m", "airflow", *arguments)

    def run_python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python with `arguments` as the components of this Airflow run, and return its exit code and output."""
        return subprocess.run(
            [str(self.python), *arguments],
            env=self.environment,
            cwd=self.state,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def start_component(self, name: str) -> subprocess.Popen[bytes]:
        """Start `airflow NAME` with a supervisor, which starts it again when it fails, and return the supervisor."""
        self.components[name] = self._start(
            [str(self.python), "-I", str(_SUPERVISOR), *self._airflow(name)], self._log(name)
        )
        return self.components[name]

    def start_command(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Start `airflow` with `arguments`, and return the process without waiting for its end.

        Args:
            arguments: The arguments of the command line.
            log: The file for the output. An older file is replaced.
        """
        return self._start(self._airflow(*arguments), log)

    def _airflow(self, *arguments: str) -> list[str]:
        return [str(self.python), "-m", "airflow", *arguments]

    def _start(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        return processes.start(command, env=self.environment, cwd=self.state, log=log, state=self.state)

    def _wait_until(self, ready: Callable[[], bool], name: str) -> None:
        processes.wait_until(ready, f"Airflow's {name}", self.components[name], self._log(name), _START_LIMIT)

    def _log(self, name: str) -> Path:
        return self.state / "logs" / f"airflow-{name}.log"

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5).is_success
        except httpx.TransportError:
            return False

    def wait_for_dag(self, client: httpx.Client, dag_id: str) -> None:
        """Wait until a DAG can be triggered.

        Raises:
            StackError: The DAG processor ended, a DAG has import errors, or it took longer than five minutes.
        """
        self._wait_until(lambda: self._has_dag(client, dag_id), "dag-processor")

    def _has_dag(self, client: httpx.Client, dag_id: str) -> bool:
        try:
            errors = client.get("/importErrors").raise_for_status().json()["import_errors"]
            is_there = client.get(f"/dags/{dag_id}").is_success
        except httpx.HTTPError:
            return False  # the API server has just started and does not answer in time
        if errors:
            raise StackError("\n".join(f"{error['filename']}:\n{error['stack_trace']}" for error in errors))
        return is_there

    def client(self) -> httpx.Client:
        """Log in and return a client of the REST API v2.

        Raises:
            httpx.HTTPStatusError: Airflow refuses the login.
        """
        headers = {"Authorization": f"Bearer {self.token()}"}
        return httpx.Client(base_url=f"{self.url}/api/v2", headers=headers, timeout=60)

    def token(self) -> str:
        """Log in and return a token of the REST API.

        Raises:
            httpx.HTTPStatusError: Airflow refuses the login.
        """
        login = httpx.post(f"{self.url}/auth/token", json={"username": USER, "password": self.password}, timeout=30)
        return str(login.raise_for_status().json()["access_token"])

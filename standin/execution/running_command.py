"""A running command below its init process, and the ways to end it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

_INIT = Path(__file__).with_name("init.py")
_CHUNK = 65536


class RunningCommand:
    """A command that runs from construction on, with nothing of this process's environment but `environment`.

    `cleanup` is for the client of a container engine: the command that removes its container after a kill.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, cleanup: Sequence[str] = ()
    ) -> None:
        self._init = subprocess.Popen(
            # Isolated and without site-packages: quick to start, and deaf to the PYTHONPATH meant for the command.
            [sys.executable, "-I", "-S", str(_INIT), json.dumps(cleanup), *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )
        self._life, self._output = cast(IO[bytes], self._init.stdin), cast(IO[bytes], self._init.stdout)

    def output(self) -> Iterator[bytes]:
        """What the command prints, as it comes, until everything it started is gone."""
        while chunk := self._output.read(_CHUNK):
            yield chunk

    def wait(self) -> int:
        """The exit code, 128 + n where signal n ended it."""
        code = self._init.wait()
        self._output.close()
        self._life.close()
        return code if code >= 0 else 128 - code

    def terminate(self) -> None:
        """Ask the command to end: SIGTERM."""
        self._init.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the command and everything it started, at once."""
        self._life.close()

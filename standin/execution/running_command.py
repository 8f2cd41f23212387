"""A running command below its init process, and how to end it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

_INIT = Path(__file__).with_name("init.py")
_CHUNK_BYTES = 65536


class RunningCommand:
    """A command that starts when the object is created. It inherits no environment variables of this process.

    Args:
        command: the command with its arguments.
        environment: all environment variables of the command.
        folder: the working folder of the command.
        cleanup: the command that removes the container after a kill, if `command` is the client of a container engine.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, cleanup: Sequence[str] = ()
    ) -> None:
        self._init = subprocess.Popen(
            # -S makes Python start quickly; -I makes it ignore the PYTHONPATH, which is meant for the command.
            [sys.executable, "-I", "-S", str(_INIT), json.dumps(cleanup), *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )
        self._stdin, self._output = cast(IO[bytes], self._init.stdin), cast(IO[bytes], self._init.stdout)

    def output(self) -> Iterator[bytes]:
        """Yield the output as it arrives, until all processes that the command started have ended."""
        while chunk := self._output.read(_CHUNK_BYTES):
            yield chunk

    def wait(self) -> int:
        """Wait for the end of the command.

        Returns:
            The exit code, or 128 + n if signal n ended the command.
        """
        code = self._init.wait()
        self._output.close()
        self._stdin.close()
        return code if code >= 0 else 128 - code

    def terminate(self) -> None:
        """Send SIGTERM to the command."""
        self._init.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the command and every process that it started.

        This closes the standard input of the init process, which then kills them.
        """
        self._stdin.close()

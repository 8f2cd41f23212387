"""The program `python local/supervisor.py COMMAND …`, which starts a component of Airflow again when it fails.

MWAA replaces a component that ends, and so does every other way to run Airflow in production. Airflow relies on it:
its scheduler ends with an error, for example, if somebody deletes a run at the moment when it looks at this run.

The program uses the standard library only, because it runs in the environment of each version of Airflow.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence

#: A component that fails sooner after its start, in seconds, cannot run at all, and is not started again.
_SHORTEST_LIFE = 10.0


class Supervisor:
    """Runs one command, and starts the command again when it fails.

    Args:
        command: The program and its arguments.
        shortest_life: A command that fails sooner after its start, in seconds, is not started again.
    """

    def __init__(self, command: Sequence[str], shortest_life: float = _SHORTEST_LIFE) -> None:
        self._command = command
        self._shortest_life = shortest_life
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ending = False

    def run(self) -> int:
        """Run the command until it succeeds, fails at once, or `end` is called, and return its last exit code."""
        while True:
            begun = time.monotonic()
            self._process = subprocess.Popen(self._command)
            code = self._process.wait()
            if code == 0 or self._is_ending or time.monotonic() - begun < self._shortest_life:
                return code
            print(f"Exit code {code}. This command is started again: {' '.join(self._command)}", flush=True)

    def end(self) -> None:
        """Send SIGTERM to the command, and do not start it again."""
        self._is_ending = True
        if self._process:
            self._process.terminate()


if __name__ == "__main__":
    supervisor = Supervisor(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: supervisor.end())
    sys.exit(supervisor.run())

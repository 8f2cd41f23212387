"""The processes that decode formats other than WAV, seen from the process that starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import transcriber
import transcription
from transcriber.audio.decoder.limits import SECONDS
from transcriber.audio.decoder.messages import ERROR, UNREADABLE, Answer, DecoderEnded, parse_error, receive
from transcription.contract import errors
from transcription.contract.errors import AudioCorrupt, AudioDecoderFailed, InputError

#: How long a process may take to end after it has closed its pipe, in seconds.
_END_SECONDS = 5.0
#: The errors that the decoder may report, by code.
_ERRORS = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, InputError) and kind is not InputError
}


class DecoderProcess:
    """A process that decodes one file after another. A file that crashes it cannot harm this process.

    It gets no credentials, because a file could take control of it.
    """

    def __init__(self) -> None:
        roots = {str(Path(package.__path__[0]).parent) for package in (transcriber, transcription)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "transcriber.audio.decoder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(sorted(roots)), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self._process.stdin is not None  # noqa: S101 - for mypy
        assert self._process.stdout is not None  # noqa: S101 - for mypy
        self._lines, self._answers = self._process.stdin, self._process.stdout
        self._is_answering = False

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether the process can open a file."""
        return not self._is_answering and self._process.poll() is None

    def ask(self, line: bytes) -> Answer:
        """Send a line of `messages`, and return the answer.

        Raises:
            InputError: the file cannot be decoded; `AudioDecoderFailed` if the process crashed or hung.
            OSError: the file cannot be read.
        """
        self._is_answering = True  # until the end of this method, which an exit of this process may interrupt
        try:
            self._lines.write(line)
            self._lines.flush()
            answer = receive(self._answers)
            code, message = parse_error(answer[1]) if answer[0] == ERROR else ("", "")
        except (BrokenPipeError, DecoderEnded) as error:
            self._raise_ended(str(error) if isinstance(error, DecoderEnded) else "it ended")
        self._is_answering = False
        if code == UNREADABLE:
            raise OSError(message)
        if code:
            raise _ERRORS.get(code, AudioCorrupt)(message)
        return answer

    def _raise_ended(self, reason: str) -> NoReturn:
        """Raise an `AudioDecoderFailed` that says how the process ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        code = self._process.returncode
        self.close()
        if code == -signal.SIGALRM:
            reason = f"it took more than {SECONDS} s for a part of the file"
        elif code:
            reason = f"it ended with {signal.Signals(-code).name if code < 0 else f'exit code {code}'}"
        raise AudioDecoderFailed(f"The decoder failed on the file: {reason}. Export the file again, as WAV or FLAC.")

    def close(self) -> None:
        """End the process, and wait until it has ended."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._lines, self._answers):
            with suppress(OSError):  # a request that was not sent
                pipe.close()


#: A process that waits for the next file, because a new process takes a quarter of a second to start.
_idle: list[DecoderProcess] = []


@contextmanager
def decoder_process() -> Iterator[DecoderProcess]:
    """Lend a process that is ready. The process is ended if the block leaves it in the middle of an answer."""
    process = _idle.pop() if _idle else DecoderProcess()
    if not process.is_ready:  # it ended while it was idle
        process.close()
        process = DecoderProcess()
    try:
        yield process
    finally:
        if process.is_ready and not _idle:
            _idle.append(process)
        else:
            process.close()

"""SIGTERM and SIGINT end the process at any time; they are never lost, and never make a file look damaged."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.transcriber.wav_files import RATE, wav
from transcriber.audio import audio_stream
from transcriber.audio.delayed_signals import delay_signals
from transcriber.audio.plain_wav import PlainWav


class Terminated(BaseException):
    """Raised by the test's signal handler, as the command's handler raises SystemExit."""


@pytest.fixture(autouse=True, params=[signal.SIGTERM, signal.SIGINT])
def signal_number(request: pytest.FixtureRequest) -> Iterator[int]:
    """A signal whose handler raises."""

    def terminate(*_: object) -> None:
        raise Terminated

    before = signal.signal(request.param, terminate)
    yield request.param
    signal.signal(request.param, before)


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_a_signal_while_libsndfile_reads_a_file_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signal_number: int, blocks: int
) -> None:
    """Once it was lost: the work was lost with the machine, or the recording was moved to failed/ as corrupt."""
    path = tmp_path / "a.wav"
    path.write_bytes(wav(np.ones(100 * RATE, np.int16)))
    decoded = audio_stream.decode(path, RATE)
    for _ in range(blocks):
        next(decoded)
    read = PlainWav.read

    def interrupted_read(plain_wav: PlainWav, size: int) -> bytes:
        monkeypatch.setattr(PlainWav, "read", read)
        signal.raise_signal(signal_number)
        return read(plain_wav, size)

    monkeypatch.setattr(PlainWav, "read", interrupted_read)
    with pytest.raises(Terminated):
        list(decoded)


def test_a_signal_while_a_file_is_closed_does_not_close_it_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signal_number: int
) -> None:
    """Once it did: glibc detected a double free and ended the process with SIGABRT, which Batch does not retry."""
    path = tmp_path / "a.wav"
    path.write_bytes(wav(np.ones(RATE, np.int16)))
    close, closed = soundfile._snd.sf_close, []

    class Library:
        """libsndfile, with a signal that arrives just after it has closed a file."""

        def __getattr__(self, name: str) -> object:
            return getattr(library, name)

        def sf_close(self, file: object) -> int:
            closed.append(file)
            if len(closed) == 1:  # closing twice would end this process
                close(file)
                signal.raise_signal(signal_number)
            return 0

    library = soundfile._snd
    monkeypatch.setattr(soundfile, "_snd", Library())
    with pytest.raises(Terminated):
        list(audio_stream.decode(path, RATE))
    assert len(closed) == 1


def test_a_delayed_signal_is_handled_at_the_end_and_the_handler_is_restored(signal_number: int) -> None:
    handler = signal.getsignal(signal_number)
    block_ended = False
    with pytest.raises(Terminated), delay_signals():
        signal.raise_signal(signal_number)
        block_ended = True
    assert block_ended
    assert signal.getsignal(signal_number) is handler
    with pytest.raises(Terminated):
        signal.raise_signal(signal_number)

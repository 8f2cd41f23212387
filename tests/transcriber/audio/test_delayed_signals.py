"""A signal ends the process wherever it comes; it is never lost, and never taken for damage of a file."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.transcriber.wav_files import RATE, wav
from transcriber.audio import audio_stream
from transcriber.audio.delayed_signals import held
from transcriber.audio.plain_wav import View


class Ended(BaseException):
    """What the handler raises, as SIGTERM's raises SystemExit."""


@pytest.fixture(autouse=True, params=[signal.SIGTERM, signal.SIGINT])
def number(request: pytest.FixtureRequest) -> Iterator[int]:
    """A signal whose handler raises."""

    def end(*_: object) -> None:
        raise Ended

    before = signal.signal(request.param, end)
    yield request.param
    signal.signal(request.param, before)


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_a_signal_while_libsndfile_reads_a_file_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, blocks: int
) -> None:
    """It used to be: the machine went with the work, or the recording went to failed/ as corrupt."""
    path = tmp_path / "a.wav"
    path.write_bytes(wav(np.ones(100 * RATE, np.int16)))
    decoded = audio_stream.decode(path, RATE)
    for _ in range(blocks):
        next(decoded)
    read_on = View.read

    def interrupted(view: View, size: int) -> bytes:
        monkeypatch.setattr(View, "read", read_on)
        signal.raise_signal(number)
        return read_on(view, size)

    monkeypatch.setattr(View, "read", interrupted)
    with pytest.raises(Ended):
        list(decoded)


def test_a_signal_while_a_file_is_closed_does_not_have_it_closed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """It used to: glibc found the memory given back twice, and the child ended by SIGABRT, which nobody tries again."""
    path = tmp_path / "a.wav"
    path.write_bytes(wav(np.ones(RATE, np.int16)))
    close, closed = soundfile._snd.sf_close, []

    class Library:
        """libsndfile, where the signal comes just when a file was closed."""

        def __getattr__(self, name: str) -> object:
            return getattr(library, name)

        def sf_close(self, file: object) -> int:
            closed.append(file)
            if len(closed) == 1:  # another one would end this process
                close(file)
                signal.raise_signal(number)
            return 0

    library = soundfile._snd
    monkeypatch.setattr(soundfile, "_snd", Library())
    with pytest.raises(Ended):
        list(audio_stream.decode(path, RATE))
    assert len(closed) == 1


def test_what_waits_is_handled_at_the_end_and_afterwards_all_is_as_before(number: int) -> None:
    handler = signal.getsignal(number)
    reached = False
    with pytest.raises(Ended), held():
        signal.raise_signal(number)
        reached = True
    assert reached
    assert signal.getsignal(number) is handler
    with pytest.raises(Ended):
        signal.raise_signal(number)

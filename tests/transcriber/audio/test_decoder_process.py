"""A file that crashes the decoder, or makes it hang or grow, fails alone: the decoder is a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.encoded_files import encode
from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio import audio_stream, decoder_process
from transcriber.audio.decoder.messages import NEXT
from transcriber.audio.decoder_process import DecoderProcess
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcription.contract.errors import AudioDecoderFailed, InputError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> DecoderProcess:
    """Return the process that decodes the next file."""
    process = DecoderProcess()
    monkeypatch.setattr(decoder_process, "_idle", [process])
    return process


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    """Return a file that is longer than what fits into a pipe."""
    path = tmp_path / "x"
    path.write_bytes(encode("flac", np.zeros(600 * RATE, np.int16), RATE))
    return path


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(map(str, (ROOT / "dags", ROOT / "transcriber_image")))
    return subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("number", "reason"),
    [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGKILL, "SIGKILL"), (signal.SIGALRM, "more than 60 s")],
)
def test_a_crash_in_the_middle_of_a_file_is_an_error_of_that_file(
    process: DecoderProcess, long_file: Path, number: int, reason: str
) -> None:
    with pytest.raises(AudioDecoderFailed, match=rf"The decoder failed on the file: .*{reason}"):
        for _ in audio_stream.decode(long_file, RATE):
            os.kill(process.pid, number)
    assert sum(map(len, audio_stream.decode(long_file, RATE))) == 600 * RATE


def test_a_process_that_ended_between_two_files_is_replaced(process: DecoderProcess, long_file: Path) -> None:
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert audio_stream.describe(long_file).seconds == 600


def test_one_process_decodes_many_files(process: DecoderProcess, tmp_path: Path, clip: Clip) -> None:
    for number, form in enumerate(("flac", "m4a", "broken", "mp3")):
        path = tmp_path / str(number)
        path.write_bytes(b"fLaC" + bytes(100) if form == "broken" else encode(form, clip.samples, RATE))
        if form != "broken":
            audio_stream.describe(path)
            list(audio_stream.decode(path, RATE))
        else:
            with pytest.raises(InputError):
                audio_stream.describe(path)
    assert process.is_ready
    assert decoder_process._idle == [process]


def test_a_file_that_is_not_read_to_its_end_makes_room_for_the_next(
    process: DecoderProcess, long_file: Path, tmp_path: Path, clip: Clip
) -> None:
    blocks = audio_stream.decode(long_file, RATE)
    next(blocks)
    blocks.close()
    assert process.is_ready
    other = tmp_path / "y"
    other.write_bytes(encode("flac", clip.samples, RATE))
    assert sum(map(len, audio_stream.decode(other, RATE))) == len(clip.samples)
    assert decoder_process._idle == [process]


def test_an_interrupted_answer_ends_the_process(
    process: DecoderProcess, long_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM raises an exception anywhere. The rest of the answer must not be taken for that about the next file."""

    def interrupt(_: object) -> None:
        raise SystemExit(143)

    blocks = audio_stream.decode(long_file, RATE)
    next(blocks)
    monkeypatch.setattr(decoder_process, "receive", interrupt)
    with pytest.raises(SystemExit):
        list(blocks)
    assert not process.is_ready
    assert decoder_process._idle == []


def test_two_files_can_be_decoded_at_once(process: DecoderProcess, long_file: Path, tmp_path: Path, clip: Clip) -> None:
    other = tmp_path / "y"
    other.write_bytes(encode("ogg", clip.samples, RATE))
    blocks = audio_stream.decode(long_file, RATE)
    first = len(next(blocks))
    assert sum(map(len, audio_stream.decode(other, RATE))) == pytest.approx(len(clip.samples), abs=RATE // 10)
    assert first + sum(map(len, blocks)) == 600 * RATE


def test_the_process_has_no_credentials(process: DecoderProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    started = DecoderProcess()
    try:
        assert b"secret" not in Path(f"/proc/{started.pid}/environ").read_bytes()
    finally:
        started.close()


def test_a_decoder_that_hangs_is_ended_even_in_the_middle_of_c_code() -> None:
    code = (
        "from transcriber.audio.decoder import limits\nlimits.SECONDS = 1\n"
        "with limits.time_limit():\n    sum(range(10**12))"
    )
    assert run_python(code).returncode == -signal.SIGALRM


def test_a_decoder_that_waits_for_its_reader_does_not_hang() -> None:
    code = (
        "import signal\nfrom transcriber.audio.decoder import limits\n"
        "with limits.time_limit():\n    pass\nassert signal.alarm(0) == 0"
    )
    assert run_python(code).returncode == 0


def test_the_memory_of_the_decoder_is_limited() -> None:
    code = (
        "from transcriber.audio.decoder import limits\nlimits.limit_process()\nbytearray(limits.MEMORY // 2)\n"
        "try:\n    bytearray(limits.MEMORY + 1)\nexcept MemoryError:\n    print('refused')"
    )
    assert run_python(code).stdout == "refused\n"


def test_the_decoder_cannot_write_files(tmp_path: Path) -> None:
    code = (
        "import signal\nfrom transcriber.audio.decoder import limits\nlimits.limit_process()\n"
        f"signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nopen({str(tmp_path / 'x')!r}, 'wb', 0).write(b'hello')"
    )
    done = run_python(code)
    assert done.returncode == 1
    assert "File too large" in done.stderr


def test_a_segment_before_a_crash_does_not_become_a_transcript(
    process: DecoderProcess, long_file: Path, engine: LibDeepSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = DecoderProcess.ask

    def crash(self: DecoderProcess, line: bytes) -> tuple[bytes, bytes]:
        answer = original(self, line)
        if line == NEXT:
            os.kill(self.pid, signal.SIGSEGV)
        return answer

    monkeypatch.setattr(DecoderProcess, "ask", crash)
    with pytest.raises(AudioDecoderFailed):
        transcribe_file(long_file, engine)

"""Local files: a progress bar on a terminal, and only the texts in a pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from tests.transcriber.test_command import command, environment


def on_a_terminal(*arguments: object, pipe: bool = False) -> tuple[int, str, str]:
    """Run the command with a terminal as its standard error, and as its standard output unless `pipe`.

    Returns:
        The exit code, the content of the pipe, and the output on the terminal.
    """
    reading_end, child_end = pty.openpty()
    fcntl.ioctl(child_end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))  # rows and columns; pixels
    shown: list[bytes] = []
    line = [sys.executable, "-m", "transcriber", *map(str, arguments)]
    output = subprocess.PIPE if pipe else child_end
    with subprocess.Popen(line, env=environment(), stdout=output, stderr=child_end, text=True) as process:
        os.close(child_end)
        reader = threading.Thread(target=lambda: shown.extend(iter(lambda: _read(reading_end), b"")))
        reader.start()
        printed = process.stdout.read() if process.stdout else ""
        process.wait()
        reader.join()
    os.close(reading_end)
    return process.returncode, printed, b"".join(shown).decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 2**16)
    except OSError:  # on Linux, the end of a terminal without writers
        return b""


def bars(shown: str) -> list[str]:
    """The states of the progress bar, in order."""
    return [line.strip() for line in re.split(r"[\r\n]", shown) if line.startswith("audio: ")]


def screen(shown: str) -> list[str]:
    """The rows that remain on the terminal: text after a carriage return overwrites the row from its start."""
    rows = []
    for line in shown.split("\n"):
        row = ""
        for part in line.split("\r"):
            row = part + row[len(part) :]
        rows.append(row.rstrip())
    return rows


@pytest.fixture
def files(tmp_path: Path, clips: list[Clip]) -> list[Path]:
    """A long file, a damaged file and short files."""
    long, bad = tmp_path / "long.wav", tmp_path / "bad.wav"
    long.write_bytes(wav(np.concatenate([clips[0].samples, silence(60), clips[0].samples, silence(60)])))
    bad.write_bytes(b"text")
    return [long, bad, *(clip.path for clip in clips)]


def test_a_terminal_shows_the_progress_and_each_text_on_a_row_of_its_own(
    files: list[Path], clips: list[Clip], model_folder: Path
) -> None:
    code, _, shown = on_a_terminal(*files, "--model", model_folder)
    assert code == 1
    assert len(set(bars(shown))) > 2
    texts = [f"{files[0]}: {clips[0].text} {clips[0].text}", *(f"{clip.path}: {clip.text}" for clip in clips)]
    rows = [row for row in screen(shown) if row.startswith(tuple(map(str, files)))]
    assert sorted(row for row in rows if "[AUDIO_NOT_WAV]" not in row) == sorted(texts)
    assert [row.split()[1] for row in rows if row not in texts] == ["[AUDIO_NOT_WAV]"]


def test_the_bar_counts_seconds_of_audio_and_is_removed_at_the_end(
    files: list[Path], clips: list[Clip], model_folder: Path
) -> None:
    code, _, shown = on_a_terminal(files[0], clips[1].path, "--model", model_folder)
    assert code == 0
    total = (2 * len(clips[0].samples) + len(clips[1].samples)) / RATE + 120
    matches = [re.search(r"\| (\d+) of (\d+) s ", bar) for bar in bars(shown)]
    counted = [(int(match[1]), int(match[2])) for match in matches if match]
    assert {length for _, length in counted} == {round(total)}
    assert [reached for reached, _ in counted] == sorted(reached for reached, _ in counted)
    assert (counted[0][0], counted[-1][0]) == (0, round(total))
    assert not [row for row in screen(shown) if "audio: " in row]


def test_a_pipe_gets_only_the_texts_while_the_terminal_shows_the_bar(
    files: list[Path], clips: list[Clip], model_folder: Path
) -> None:
    """`python -m transcriber *.wav > texts` must not write bars to the file."""
    short = [clip.path for clip in clips]
    code, printed, shown = on_a_terminal(*short, "--model", model_folder, pipe=True)
    assert code == 0
    assert sorted(printed.splitlines()) == sorted(f"{clip.path}: {clip.text}" for clip in clips)
    assert bars(shown)
    assert not [path for path in short if str(path) in shown]


def test_without_a_terminal_there_is_no_bar(files: list[Path], model_folder: Path) -> None:
    done = command(*files, "--model", model_folder)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == len(files) - 1
    for output in (done.stdout, done.stderr):
        assert "audio:" not in output
        assert "\r" not in output
        assert "%|" not in output


def test_the_exit_code_is_1_if_no_file_can_be_read(tmp_path: Path, model_folder: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"")
    code, _, shown = on_a_terminal(bad, "--model", model_folder)
    assert code == 1
    assert f"{bad}: [AUDIO_EMPTY]" in shown


def test_language_model_weights_and_whole_files_work_for_local_files(
    tmp_path: Path, clip: Clip, model_folder: Path
) -> None:
    long = tmp_path / "long.wav"
    long.write_bytes(wav(np.concatenate([clip.samples, silence(20)])))
    line = (long, "--model", model_folder)
    assert command(*line, "--whole").stdout == f"{long}: {clip.text}\n"
    overweighted = command(*line, "--lm-alpha", "20", "--lm-beta", "0").stdout
    assert overweighted != f"{long}: {clip.text}\n"
    assert "[OPTION_INVALID] lm_alpha" in command(*line, "--lm-alpha", "1").stderr

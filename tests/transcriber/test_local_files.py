"""Plain files on a desk: a bar for whoever watches, clean lines for whoever reads them or pipes them on."""

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
    """Run the command with a terminal as its standard error, and as its output too unless that is a pipe.

    Returns:
        The exit code, what came out of the pipe, and what came to the terminal.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))  # rows and columns; pixels
    shown: list[bytes] = []
    line = [sys.executable, "-m", "transcriber", *map(str, arguments)]
    output = subprocess.PIPE if pipe else theirs
    with subprocess.Popen(line, env=environment(), stdout=output, stderr=theirs, text=True) as process:
        os.close(theirs)
        reader = threading.Thread(target=lambda: shown.extend(iter(lambda: _read(ours), b"")))
        reader.start()
        printed = process.stdout.read() if process.stdout else ""
        process.wait()
        reader.join()
    os.close(ours)
    return process.returncode, printed, b"".join(shown).decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 2**16)
    except OSError:  # what Linux says when nobody writes any more
        return b""


def bars(shown: str) -> list[str]:
    """The states of the bar, one after another."""
    return [each.strip() for each in re.split(r"[\r\n]", shown) if each.startswith("audio: ")]


def screen(shown: str) -> list[str]:
    """The rows that stay on the terminal: a carriage return leads back to the start of the row, to write over it."""
    found = []
    for line in shown.split("\n"):
        row = ""
        for part in line.split("\r"):
            row = part + row[len(part) :]
        found.append(row.rstrip())
    return found


@pytest.fixture
def files(tmp_path: Path, clips: list[Clip]) -> list[Path]:
    """A long file, a damaged one, and short ones."""
    long, bad = tmp_path / "long.wav", tmp_path / "bad.wav"
    long.write_bytes(wav(np.concatenate([clips[0].samples, silence(60), clips[0].samples, silence(60)])))
    bad.write_bytes(b"text")
    return [long, bad, *(clip.path for clip in clips)]


def test_a_terminal_shows_how_far_it_is_and_each_text_on_a_row_of_its_own(
    files: list[Path], clips: list[Clip], model_folder: Path
) -> None:
    code, _, shown = on_a_terminal(*files, "--model", model_folder)
    assert code == 1
    assert len(set(bars(shown))) > 2
    texts = [f"{files[0]}: {clips[0].text} {clips[0].text}", *(f"{clip.path}: {clip.text}" for clip in clips)]
    told = [each for each in screen(shown) if each.startswith(tuple(map(str, files)))]
    assert sorted(each for each in told if "[AUDIO_NOT_WAV]" not in each) == sorted(texts)
    assert [each.split()[1] for each in told if each not in texts] == ["[AUDIO_NOT_WAV]"]


def test_the_bar_counts_seconds_of_audio_and_is_gone_at_the_end(
    files: list[Path], clips: list[Clip], model_folder: Path
) -> None:
    code, _, shown = on_a_terminal(files[0], clips[1].path, "--model", model_folder)
    assert code == 0
    total = (2 * len(clips[0].samples) + len(clips[1].samples)) / RATE + 120
    found = [re.search(r"\| (\d+) of (\d+) s ", each) for each in bars(shown)]
    counted = [(int(each[1]), int(each[2])) for each in found if each]
    assert {whole for _, whole in counted} == {round(total)}
    assert [reached for reached, _ in counted] == sorted(reached for reached, _ in counted)
    assert (counted[0][0], counted[-1][0]) == (0, round(total))
    assert not [each for each in screen(shown) if "audio: " in each]


def test_what_goes_into_a_pipe_is_text_alone_while_the_terminal_shows_the_bar(
    files: list[Path], clips: list[Clip], model_folder: Path
) -> None:
    """`python -m transcriber *.wav > texts` must not fill the file with bars."""
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
    for written in (done.stdout, done.stderr):
        assert "audio:" not in written
        assert "\r" not in written
        assert "%|" not in written


def test_a_desk_without_any_readable_file_says_so_by_its_exit_code(tmp_path: Path, model_folder: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"")
    code, _, shown = on_a_terminal(bad, "--model", model_folder)
    assert code == 1
    assert f"{bad}: [AUDIO_EMPTY]" in shown


def test_the_weights_of_the_language_model_and_whole_files_can_be_tried_on_a_desk(
    tmp_path: Path, clip: Clip, model_folder: Path
) -> None:
    long = tmp_path / "long.wav"
    long.write_bytes(wav(np.concatenate([clip.samples, silence(20)])))
    line = (long, "--model", model_folder)
    assert command(*line, "--whole").stdout == f"{long}: {clip.text}\n"
    heavy = command(*line, "--lm-alpha", "20", "--lm-beta", "0").stdout
    assert heavy != f"{long}: {clip.text}\n"
    assert "[OPTION_INVALID] lm_alpha" in command(*line, "--lm-alpha", "1").stderr

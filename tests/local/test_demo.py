"""What `make demo` says before it starts anything."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from local.demo import run_demo
from local.errors import StackError
from local.stack import Stack


class Started(Exception):
    """Raised when the demo starts the stack."""


class UnstartedStack(Stack):
    """A stack that must not be started."""

    def start(self) -> None:
        raise Started


def demo(audio: Path, out: Path) -> str:
    """Return what the demo prints before it starts the stack."""
    printed = StringIO()
    with pytest.raises(Started):
        run_demo(UnstartedStack(out / "state"), audio, out, None, Console(file=printed, width=1000))
    return printed.getvalue()


def refusal(audio: Path, out: Path) -> str:
    """Return the error with which the demo refuses its folders."""
    with pytest.raises(StackError) as caught:
        run_demo(UnstartedStack(out / "state"), audio, out, None, Console(file=StringIO()))
    return str(caught.value)


def test_it_says_which_files_it_ignores_and_why_before_it_starts(tmp_path: Path) -> None:
    audio = tmp_path / "talks"
    audio.mkdir()
    for name in ("a.wav", "b.MP3", "notes.txt", "[x].zip"):
        (audio / name).write_bytes(b"")
    said = demo(audio, tmp_path / "out").splitlines()
    assert said[0] == "2 files ignored, because their names end like no audio: '[x].zip', 'notes.txt'"


def test_it_says_nothing_of_ignored_files_if_there_are_none(tmp_path: Path) -> None:
    audio = tmp_path / "talks"
    audio.mkdir()
    (audio / "a.flac").write_bytes(b"")
    assert "ignored" not in demo(audio, tmp_path / "out")


def test_a_folder_without_audio_is_refused_at_once(tmp_path: Path) -> None:
    audio = tmp_path / "talks"
    audio.mkdir()
    assert refusal(audio, tmp_path / "out") == f"AUDIO={audio} holds no files."
    (audio / "notes.txt").write_bytes(b"")
    said = refusal(audio, tmp_path / "out")
    assert said.startswith(f"AUDIO={audio} holds no audio: 1 file ignored, because its name ends like no audio: ")
    assert "Names of audio end in wav, " in said


def test_an_output_folder_inside_the_recordings_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"")
    assert "lie inside each other" in refusal(tmp_path, tmp_path / "out")

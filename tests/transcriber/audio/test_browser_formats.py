"""Recordings that a browser may refuse are told from those that every browser plays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.transcriber.encoded_files import ALL, encode
from tests.support.transcriber.wav_files import RATE, Clip, wav
from transcriber.audio.audio_stream import describe
from transcriber.audio.browser_formats import plays_in_browsers

PLAYED = {"flac", "mp3", "mp3-lame", "m4a", "mp4", "3gp"}


def write(folder: Path, content: bytes) -> Path:
    path = folder / "recording"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("form", ALL)
def test_a_format_is_played_or_needs_a_copy(clip: Clip, tmp_path: Path, form: str) -> None:
    path = write(tmp_path, encode(form, clip.samples, RATE))
    assert plays_in_browsers(path, describe(path)) == (form in PLAYED)


@pytest.mark.parametrize(
    ("subtype", "is_played"),
    [
        ("PCM_U8", True),
        ("PCM_16", True),
        ("PCM_24", True),
        ("PCM_32", False),
        ("FLOAT", False),
        ("DOUBLE", False),
        ("ALAW", False),
        ("ULAW", False),
        ("GSM610", False),
        ("IMA_ADPCM", False),
        ("MS_ADPCM", False),
    ],
)
def test_an_encoding_in_wav_is_played_or_needs_a_copy(
    clip: Clip, tmp_path: Path, subtype: str, is_played: bool
) -> None:
    path = write(tmp_path, wav(clip.samples, RATE, subtype))
    assert plays_in_browsers(path, describe(path)) == is_played


@pytest.mark.parametrize("kind", ["RF64", "WAVEX"])
def test_a_header_that_browsers_do_not_know_needs_a_copy(clip: Clip, tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, wav(clip.samples, kind=kind))
    assert plays_in_browsers(path, describe(path)) == (kind == "WAVEX")


@pytest.mark.parametrize(
    "change",
    [
        {"sample_rate": 96_000},
        {"sample_rate": 6_000},
        {"channels": 3},
        {"gain_db": 20.5},
        {"gain_db": -3.1},
        {"notes": ("A note.",)},
        {"channel_use": "aligned"},
    ],
)
def test_what_a_browser_would_play_wrongly_needs_a_copy(clip: Clip, change: dict[str, Any]) -> None:
    audio = describe(clip.path)
    assert plays_in_browsers(clip.path, audio)
    assert not plays_in_browsers(clip.path, replace(audio, **change))


def test_a_video_needs_a_copy(clip: Clip, tmp_path: Path) -> None:
    path = write(tmp_path, encode("mp4", clip.samples, RATE))
    audio = describe(path)
    path.write_bytes(path.read_bytes() + bytes(int(audio.seconds * 100_000)))
    assert not plays_in_browsers(path, audio)

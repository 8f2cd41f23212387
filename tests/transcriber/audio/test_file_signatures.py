"""A file of another type that is called `.wav` is refused with the name of its type."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.transcriber.tone_files import refused
from transcription.contract.errors import AudioNotWav


@pytest.mark.parametrize(
    ("data", "file_type"),
    [
        (b"ID3\x04" + bytes(5000), "MP3"),
        (b"\xff\xfb\x90\x44" + bytes(5000), "MP3"),
        (b"OggS" + bytes(5000), "Ogg"),
        (b"fLaC" + bytes(5000), "FLAC"),
        (b"\0\0\0\x20ftypM4A " + bytes(5000), "M4A"),
        (b"RIFF\x10\0\0\0AVI LIST", "without WAVE"),
        (b"hello, this is no audio\n" * 100, "text"),
        (("für Ärzte " * 200).encode(), "text"),
        (bytes(5000), "unknown type"),
    ],
)
def test_a_file_of_another_type_is_refused_with_the_name_of_its_type(
    tmp_path: Path, data: bytes, file_type: str
) -> None:
    """Every file called `.wav` was once given to the decoder, which decodes an MP3 file without an error."""
    error = refused(tmp_path, data)
    assert isinstance(error, AudioNotWav)
    assert file_type in error.message

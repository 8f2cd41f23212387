"""A file of another type that is called `.wav` is refused with the name of its type, and with advice."""

from __future__ import annotations

import base64
import gzip
import io
import os
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.transcriber.tone_files import GOOD, TONE, refused
from tests.support.transcriber.wav_files import RATE
from transcriber.audio import audio_stream
from transcription.contract.errors import AudioNotWav

APPLE_DOUBLE = bytes.fromhex("0005160700020000") + b"Mac OS X        " + bytes(4070)


def zipped(name: str) -> bytes:
    """Return a ZIP file that contains a file `name`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "content" * 100)
    return file.getvalue()


def tarred() -> bytes:
    """Return a tar file that contains a WAV file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("talk.wav"), io.BytesIO())
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "file_type"),
    [
        (b"\0\0\0\x20ftypheic" + bytes(5000), "HEIC"),
        (b"\x02#!SILK_V3" + bytes(5000), "SILK"),
        (b"RIFF\x10\0\0\0AVI LIST", "without WAVE"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "without WAVE"),
        (b"hello, this is no audio\n" * 100, "text"),
        (("für Ärzte " * 200).encode(), "text"),
        ("für Ärzte".encode("utf-16"), "text"),
        (b"\x93\x12\x7f" * 2000, "unknown type (its first bytes are 93 12 7f 93"),
    ],
)
def test_a_file_of_another_type_is_refused_with_the_name_of_its_type(
    tmp_path: Path, data: bytes, file_type: str
) -> None:
    """A decoder might decode noise from it without an error."""
    error = refused(tmp_path, data)
    assert isinstance(error, AudioNotWav)
    assert file_type in error.message


@pytest.mark.parametrize(
    ("data", "file_type", "advice"),
    # gzip and ZIP files contain the time. All processes of pytest must collect tests of the same names.
    ids=lambda value: "data" if isinstance(value, bytes) else str(value),
    argvalues=[
        (APPLE_DOUBLE, "side file of macOS", "no `._` in front"),
        (b"\x02dss" + bytes(2000), "dictation file (DSS)", "with the program of the recorder"),
        (b"\x03dss" + bytes(2000), "dictation file (DSS)", "with the program of the recorder"),
        (b"\x03ds2" + bytes(2000), "dictation file (DS2)", "with the program of the recorder"),
        (b"\x03enc" + bytes(2000), "encrypted dictation", "Decrypt"),
        (b"MS_VOICE" + bytes(2000), "dictation file (DVF or MSV) of Sony", "Sound Organizer"),
        (gzip.compress(GOOD), "a gzip file", "Unpack"),
        (zipped("talk.wav"), "a ZIP file", "Unpack"),
        (tarred(), "a tar file", "Unpack"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(2000), "a 7-Zip file", "Unpack"),
        (b"Rar!\x1a\7\0" + bytes(2000), "a RAR file", "Unpack"),
        (zipped("[Content_Types].xml"), "Office document", "no audio"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "Office document", "no audio"),
        (b"%PDF-1.7\n" + bytes(2000), "PDF", "no audio"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), "PNG", "no audio"),
        (b"\xff\xd8\xff\xe0" + bytes(2000), "JPEG", "no audio"),
        (b"L\0\0\0\1\x14\2\0" + bytes(2000), "shortcut of Windows", "no audio"),
        (b"Salted__" + b"\x81\x02\x93" * 900, "OpenSSL encrypted", "Decrypt"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", "encrypted", "Decrypt"),
        (b"<!DOCTYPE html><html><body>404 Not Found</body></html>" * 30, "HTML text", "Download the recording again"),
        (b"\xef\xbb\xbf\r\n<html lang=en>" * 30, "HTML text", "Download the recording again"),
        (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "XML", "Download the recording again"),
        (b'{"error": {"code": 401, "message": "token expired"}}', "JSON", "Download the recording again"),
        (b"[]", "JSON", "Download the recording again"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "web server", "Download the recording again"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "Git LFS pointer", "git lfs pull"),
        (b"/annex/objects/SHA256E-s1--ab.wav\n", "git-annex pointer", "Only a reference"),
        (base64.b64encode(GOOD), "Base64", "Decode it"),
        (b"data:audio/wav;base64," + base64.b64encode(GOOD), "Base64", "Decode it"),
        (b"------x\r\nContent-Disposition: form-data; name=f\r\n\r\n" + b"a" * 600, "web form", "Save only the file"),
        (b"------x\r\nContent-Type: audio/wav\r\n\r\n" + GOOD, "web form", "Save only the file"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\n" + GOOD, "web server", "Download the recording again"),
        (b"\xef\xbb\xbf" + GOOD, "saved as text", "Download the recording again"),
        (b"MZ\x90\0" + bytes(500), "program for Windows", "no audio"),
        (b"#EXTM3U\nhttp://example.com/a.mp3\n", "playlist", "no audio"),
        (bytes(200_000), "nothing but zeros", "power cut"),
        (b"\xff" * 200_000, "nothing but bytes 0xff", "power cut"),
        (bytes(4096) + TONE.tobytes(), "starts with zeros", "power cut"),
        (TONE.tobytes()[2000:], "unknown type", "raw audio"),
    ],
)
def test_what_contains_no_audio_is_named_with_advice(tmp_path: Path, data: bytes, file_type: str, advice: str) -> None:
    error = refused(tmp_path, data)
    assert isinstance(error, AudioNotWav)
    assert file_type in error.message
    assert advice in error.message


@pytest.mark.parametrize("kind", ["VOC", "IRCAM"])
def test_a_format_that_is_not_read_is_never_called_a_text(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    soundfile.write(path, TONE, RATE, format=kind)
    message = refused(tmp_path, path.read_bytes()).message
    assert "text" not in message
    assert kind == "IRCAM" or "unknown" not in message


def test_the_zeros_of_a_large_file_are_read_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.touch()
    os.truncate(path, 2**30)
    tracemalloc.start()
    try:
        with pytest.raises(AudioNotWav, match="nothing but zeros"):
            audio_stream.describe(path)
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


def test_random_bytes_are_called_unknown_or_by_a_signature_and_never_crash(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for size in (*range(1, 40), *rng.integers(1, 2000, 300)):
        data = rng.integers(0, 256, size, np.uint8).tobytes()
        if not data.startswith(b"RIFF"):
            assert "looks like a" in refused(tmp_path, data).message

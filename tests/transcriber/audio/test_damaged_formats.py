"""What is wrong with a file of another format than WAV is said with a code, and nothing is lost in silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.encoded_files import ALL, encode, write_tracks
from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio import audio_stream
from transcription.contract.errors import (
    AudioCorrupt,
    AudioNoSamples,
    AudioNotWav,
    AudioProtected,
    AudioTooLarge,
    AudioTruncated,
    InputError,
)

#: Formats in which nothing says how long the file is.
WITHOUT_LENGTH = ("aac", "amr")


def error(tmp_path: Path, data: bytes) -> InputError:
    """Return the error with which decoding of a file ends."""
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        list(audio_stream.decode(path, RATE))
    return caught.value


def seconds(tmp_path: Path, data: bytes) -> float:
    """Return the length of the audio that is decoded."""
    path = tmp_path / "x"
    path.write_bytes(data)
    return sum(map(len, audio_stream.decode(path, RATE))) / RATE


@pytest.mark.parametrize("part", [0.5, 0.97])
@pytest.mark.parametrize("form", [form for form in ALL if form not in WITHOUT_LENGTH])
def test_a_file_that_was_cut_off_is_called_truncated(tmp_path: Path, clip: Clip, form: str, part: float) -> None:
    """Decoders treat the rest as a shorter recording."""
    data = encode(form, np.tile(clip.samples, 4), RATE)
    cut = error(tmp_path, data[: int(len(data) * part)])
    assert isinstance(cut, AudioTruncated)
    assert "pload it again" in cut.message


@pytest.mark.parametrize("form", ["mp4", "m4a-alac"])
def test_an_mp4_file_for_the_web_that_was_cut_off_is_called_truncated(tmp_path: Path, clip: Clip, form: str) -> None:
    """Its index is in front, so that players play the rest."""
    data = encode(form, clip.samples, RATE, movflags="faststart")
    assert data.index(b"moov") < data.index(b"mdat")
    assert isinstance(error(tmp_path, data[:-200]), AudioTruncated)


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("length", [1, 5, 12, 40, 100])
def test_a_stub_of_a_file_is_refused(tmp_path: Path, clip: Clip, form: str, length: int) -> None:
    if form in WITHOUT_LENGTH:
        length = min(length, 6)  # more may be a whole frame
    assert error(tmp_path, encode(form, clip.samples, RATE)[:length]).code.startswith("AUDIO_")


@pytest.mark.parametrize("position", ["beyond the largest file", "before the start", "behind the end"])
@pytest.mark.parametrize("number", range(5))
def test_a_position_where_no_file_has_content_is_an_error_of_the_file(
    tmp_path: Path, clip: Clip, number: int, position: str
) -> None:
    """Any `OSError` would count as a broken disk, and end the work on all files."""
    data = bytearray(encode("wma", clip.samples, RATE))
    start = 30
    for _ in range(number):
        start += int.from_bytes(data[start + 16 : start + 24], "little")
    numbers = {"beyond the largest file": 2**57, "before the start": 2**64 - 200, "behind the end": 2 * len(data)}
    data[start + 16 : start + 24] = numbers[position].to_bytes(8, "little")
    try:
        assert seconds(tmp_path, bytes(data)) == pytest.approx(len(clip.samples) / RATE, abs=0.1)
    except InputError as refused:
        assert "again" in refused.message


@pytest.mark.parametrize("form", ALL)
def test_a_file_whose_middle_is_overwritten_keeps_its_times_or_is_refused(
    tmp_path: Path, clip: Clip, form: str
) -> None:
    samples = np.tile(clip.samples, 8)
    data = bytearray(encode(form, samples, RATE))
    middle = len(data) // 2
    data[middle : middle + 3000] = np.random.default_rng(5).bytes(3000)
    try:
        assert seconds(tmp_path, bytes(data)) == pytest.approx(len(samples) / RATE, abs=1.0)
    except InputError as refused:
        assert "again" in refused.message


SIGNATURES = {
    "FLAC": b"fLaC",
    "Ogg": b"OggS",
    "MP3": b"\xff\xfb\x90\x44",
    "MP3 with a tag": b"ID3\x03",
    "AIFF": b"FORM\0\0\1\0AIFF",
    "CAF": b"caff\0\1\0\0",
    "AU": b".snd",
    "SPHERE": b"NIST_1A\n   1024\n",
    "MP4": b"\0\0\0\x20ftypM4A ",
    "WebM": b"\x1aE\xdf\xa3",
    "Windows Media": b"0&\xb2u\x8ef\xcf\x11",
    "AAC": b"\xff\xf1\x50\x80",
}
FILLERS = {"zeros": bytes(5000), "ones": b"\xff" * 5000, "numbers": bytes(range(256)) * 20}


@pytest.mark.parametrize("name", SIGNATURES)
@pytest.mark.parametrize("filler", FILLERS)
def test_a_signature_without_a_file_behind_it_is_refused(tmp_path: Path, name: str, filler: str) -> None:
    assert error(tmp_path, SIGNATURES[name] + FILLERS[filler]).code.startswith("AUDIO_")


def test_a_video_without_sound_is_told_apart(tmp_path: Path) -> None:
    refused = error(tmp_path, write_tracks("mp4", [], picture=True))
    assert isinstance(refused, AudioNoSamples)
    assert "no sound" in refused.message


def test_the_sound_of_a_video_is_transcribed(tmp_path: Path, clip: Clip) -> None:
    for kind, encoder in (("mp4", "aac"), ("webm", "libopus")):
        picture = kind == "mp4"
        data = write_tracks(kind, [(encoder, clip.samples, RATE)], picture=picture)
        assert seconds(tmp_path, data) == pytest.approx(len(clip.samples) / RATE, abs=0.1)


def test_of_two_tracks_the_default_one_is_transcribed_and_the_result_says_so(tmp_path: Path, clip: Clip) -> None:
    silent = np.zeros_like(clip.samples)
    for default, is_loud in ((0, False), (1, True)):
        tracks = [("aac", silent, RATE), ("aac", clip.samples, RATE)]
        path = tmp_path / "x"
        path.write_bytes(write_tracks("matroska", tracks, default=default))
        loudest = max(np.abs(block).max() for block in audio_stream.decode(path, RATE))
        assert (loudest > 1000) == is_loud
        assert audio_stream.describe(path).notes == (
            f"The file has 2 sound tracks. Track {default + 1}, the default one, was transcribed.",
        )


@pytest.mark.parametrize("entry", [b"drms", b"enca"])
def test_protected_audio_is_called_protected(tmp_path: Path, clip: Clip, entry: bytes) -> None:
    data = encode("m4a", clip.samples, RATE).replace(b"mp4a", entry)
    assert isinstance(error(tmp_path, data), AudioProtected)


def test_protected_windows_media_is_called_protected(tmp_path: Path, clip: Clip) -> None:
    data = bytearray(encode("wma", clip.samples, RATE))
    # Rename an object of the header that decoding does not need: Codec List becomes Content Encryption.
    start = data.index(bytes.fromhex("4052d1861d31d011a3a400a0c90348f6"))
    data[start : start + 16] = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")
    assert isinstance(error(tmp_path, bytes(data)), AudioProtected)


def test_a_rate_that_changes_within_a_file_is_refused(tmp_path: Path, clip: Clip) -> None:
    refused = error(tmp_path, encode("aac", clip.samples, RATE) + encode("aac", clip.samples, 48000))
    assert isinstance(refused, AudioCorrupt)
    assert "from 16000 to 48000 Hz" in refused.message


def test_channels_that_change_within_a_file_are_mixed(tmp_path: Path, clip: Clip) -> None:
    stereo = np.repeat(clip.samples[:, None], 2, axis=1)
    data = encode("aac", clip.samples, RATE) + encode("aac", stereo, RATE)
    assert seconds(tmp_path, data) == pytest.approx(2 * len(clip.samples) / RATE, abs=0.3)


def test_a_text_is_not_audio_whatever_its_name(tmp_path: Path) -> None:
    refused = error(tmp_path, b"<!DOCTYPE html><html>404</html>")
    assert isinstance(refused, AudioNotWav)
    assert "text" in refused.message


def test_a_list_of_addresses_is_not_opened(tmp_path: Path) -> None:
    """FFmpeg would fetch the addresses in playlists."""
    for text in ("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "ffconcat version 1.0\nfile '/etc/passwd'\n"):
        assert isinstance(error(tmp_path, text.encode()), AudioNotWav)


def test_years_of_silence_in_a_small_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(encode("webm", np.zeros(RATE, np.int16), RATE))
    cluster = data.index(b"\x1f\x43\xb6\x75")
    time = data.index(b"\xe7", cluster)
    assert data[time + 1] == 0x81  # one byte
    blocks = data[time + 3 :]
    late = bytes([0xE7, 0x88]) + (2**40).to_bytes(8, "big")
    late_cluster = b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff" + late + blocks
    assert isinstance(error(tmp_path, bytes(data) + late_cluster), (AudioTooLarge, AudioTruncated))

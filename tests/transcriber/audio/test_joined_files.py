"""Of recordings that were joined in one file, each is heard, or the file is refused: none is lost in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.transcriber.encoded_files import encode
from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio import audio_stream
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcription.contract.errors import AudioCorrupt

#: What FFmpeg reads to the end.
HEARD = ("ogg", "opus", "mp3", "mp3-lame", "aac")
REFUSED = ("flac", "aiff", "aifc", "caf", "au", "au-little", "sph", "m4a", "m4a-alac", "mp4", "3gp", "webm", "wma")


def joined(path: Path, form: str, clips: list[Clip]) -> Path:
    path.write_bytes(b"".join(encode(form, clip.samples, RATE) for clip in clips))
    return path


@pytest.mark.parametrize("form", HEARD)
def test_each_of_the_joined_recordings_is_heard(
    tmp_path: Path, clips: list[Clip], engine: LibDeepSpeech, form: str
) -> None:
    path = joined(tmp_path / "x", form, clips[:3])
    assert transcribe_file(path, engine).text == " ".join(clip.text for clip in clips[:3])


@pytest.mark.parametrize("form", REFUSED)
def test_joined_recordings_that_no_decoder_reads_are_refused(tmp_path: Path, clips: list[Clip], form: str) -> None:
    path = joined(tmp_path / "x", form, clips[:2])
    with pytest.raises(AudioCorrupt, match=r"Export each recording to a file of its own|more bytes follow"):
        list(audio_stream.decode(path, RATE))


@pytest.mark.parametrize("form", ["mp3", "mp3-lame"])
@pytest.mark.parametrize("rest", [b"TAG" + bytes(125), b"APETAGEX" + bytes(24), bytes(3000)])
def test_what_usually_follows_an_mp3_file_is_no_second_recording(
    tmp_path: Path, clip: Clip, engine: LibDeepSpeech, form: str, rest: bytes
) -> None:
    path = tmp_path / "x"
    path.write_bytes(encode(form, clip.samples, RATE) + rest)
    transcript = transcribe_file(path, engine)
    assert (transcript.text, transcript.audio.notes) == (clip.text, ())

"""The list of endings as a deployment writes it."""

import pytest

from transcription.contract.audio_endings import ENDINGS, parse_endings, pcm_bytes
from transcription.contract.errors import SettingInvalid


def test_case_spaces_and_dots_of_a_list_do_not_matter() -> None:
    assert parse_endings(" .WAV, mp3,") == ("wav", "mp3")
    assert parse_endings(",".join(ENDINGS)) == ENDINGS


@pytest.mark.parametrize("text", ["", " , ", "wav,txt", "wav mp3", "*"])
def test_a_list_that_is_empty_or_names_another_ending_is_refused(text: str) -> None:
    with pytest.raises(SettingInvalid, match="must be one or more of wav, "):
        parse_endings(text)


def test_a_compressed_file_counts_as_more_audio_than_a_wav_file_of_its_size() -> None:
    assert pcm_bytes("input/a.wav", 32_001) == pcm_bytes("input/a.WAV", 32_001) == 32_001
    assert pcm_bytes("input/a.Mp3", 10_000) == 32_000
    assert pcm_bytes("input/a.amr", 1_000) > pcm_bytes("input/a.flac", 1_000) > 1_000
    assert pcm_bytes("input/video.mp4", 1_000_000) < 1_000_000

"""S3 keys: each input has transcripts of its own, at keys that people can predict."""

import pytest

from transcription.contract import keys
from transcription.contract.audio_endings import ENDINGS
from transcription.contract.errors import NameInvalid, OutputConflict
from transcription.contract.options import FORMATS


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("input/a.wav", "a"),
        ("input/2022.01.15-x.wav", "2022.01.15-x"),
        ("input/2022.01.15/a b#1.wav", "2022.01.15/a b#1"),
        ("input/x/a.wav", "x/a"),
        ("input/LOUD.WAV", "LOUD"),
        ("input/a.wav.wav", "a.wav"),
        ("input/a;echo PWNED;.wav", "a;echo PWNED;"),
        ("input/talk(1).wav", "talk(1)"),
        ("input/o'hara $HOME ü.wav", "o'hara $HOME ü"),
    ],
)
def test_a_transcript_is_named_after_its_whole_file(key: str, name: str) -> None:
    assert keys.is_audio(key)
    assert keys.name_of(key) == name
    assert keys.transcript(name) == f"output/{name}"


def test_two_names_that_differ_only_behind_a_dot_get_two_transcripts() -> None:
    """Regression: the name was cut at its first dot."""
    names = {keys.name_of(f"input/2022.01.{day}-x.wav") for day in (15, 16)}
    assert len(names) == 2


def test_the_same_file_name_in_two_folders_gets_two_transcripts() -> None:
    """Regression: the folder was dropped."""
    assert keys.transcript(keys.name_of("input/x/a.wav")) != keys.transcript(keys.name_of("input/y/a.wav"))


@pytest.mark.parametrize(
    "key",
    [
        "input/",  # the S3 console's folder marker
        "input/a/",
        "input/notes.txt",
        "input/a.mp3.txt",
        "input/amp3",
        "input/a.mp3/b",
        "input/recording",  # regression: without an extension, input and output were the same temporary file
        "input/a.wave",
        "input-old/z.wav",
        "output/a.wav",
        "xinput/a.wav",
    ],
)
def test_only_audio_files_below_input_are_taken(key: str) -> None:
    assert not keys.is_audio(key)


@pytest.mark.parametrize("key", ["input/.wav", "input/a/.wav", f"input/{'x' * 1010}.wav", f"input/{'ü' * 500}.wav"])
def test_a_name_that_is_empty_or_too_long_is_refused_with_advice(key: str) -> None:
    with pytest.raises(NameInvalid, match="upload it again"):
        keys.name_of(key)


def test_the_longest_name_fits_every_key_made_from_it() -> None:
    name = keys.name_of(f"input/{'x' * (1024 - len('processed/.wav.error.json'))}.wav")
    key = f"input/{name}.wav"
    made_keys = [keys.transcript_json(name), *(keys.format_file(name, suffix) for suffix in FORMATS)]
    made_keys += [keys.processed(key), keys.failed_reason(key)]
    assert max(len(made_key.encode()) for made_key in made_keys) <= 1024


def test_finished_audio_keeps_its_name_and_case() -> None:
    assert keys.processed("input/a/B.WAV") == "processed/a/B.WAV"
    assert keys.failed("input/a/B.WAV") == "failed/a/B.WAV"
    assert keys.failed_reason("input/a/B.WAV") == "failed/a/B.WAV.error.json"


@pytest.mark.parametrize("suffix", ["json", *FORMATS])
def test_a_name_whose_text_would_overwrite_another_transcript_is_refused(suffix: str) -> None:
    """Regression: the text of `a.json.wav` overwrote the JSON transcript of `a.wav`."""
    with pytest.raises(OutputConflict, match=r"kept for the transcript of 'x/a\.wav'"):
        keys.name_of(f"input/x/a.{suffix}.wav")


@pytest.mark.parametrize("name", ["x" * 1000, "ü" * 500, "x" * 511 + "ü" * 250])
def test_a_name_that_is_too_long_can_still_be_put_into_failed(name: str) -> None:
    """Regression: the file stayed in `input/`, and every run failed because of it."""
    key, other = f"input/{name}.wav", f"input/{name[:-1]}y.wav"
    assert max(len(failed_key.encode()) for failed_key in (keys.failed(key), keys.failed_reason(key))) <= 1024
    assert keys.failed(key).startswith(f"failed/{name[:200]}")
    assert keys.failed(key).endswith(".wav")
    assert keys.failed(key) != keys.failed(other)
    assert keys.failed_reason(key) == keys.failed(key) + ".error.json"


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_is_audio_in_any_case_and_is_no_part_of_the_name(ending: str) -> None:
    for written in (ending, ending.upper(), ending.title()):
        key = f"input/x/a.b.{written}"
        assert keys.is_audio(key)
        assert keys.name_of(key) == "x/a.b"
        assert keys.processed(key) == f"processed/x/a.b.{written}"


def test_a_deployment_may_take_fewer_endings() -> None:
    assert keys.is_audio("input/a.MP3", ["mp3"])
    assert not keys.is_audio("input/a.wav", ["mp3"])


@pytest.mark.parametrize("ending", ["wav", "webm"])
def test_the_longest_name_is_refused_with_one_more_letter(ending: str) -> None:
    length = 1024 - len(f"processed/.{ending}.error.json")
    key = f"input/{'x' * length}.{ending}"
    assert len(keys.name_of(key)) == length
    assert len(keys.failed_reason(key)) <= 1024
    with pytest.raises(NameInvalid, match=f"leaves room for {length}"):
        keys.name_of(f"input/{'x' * (length + 1)}.{ending}")


def test_a_refused_name_is_called_by_its_own_ending() -> None:
    with pytest.raises(OutputConflict, match=r"kept for the transcript of 'x/a\.mp3'"):
        keys.name_of("input/x/a.json.mp3")
    with pytest.raises(NameInvalid, match=r"in front of \.Ogg"):
        keys.name_of("input/.Ogg")


def test_the_files_for_listening_lie_in_a_folder_of_their_own() -> None:
    name = keys.name_of("input/2022.01.15/a b#1.wav")
    assert keys.listening_peaks(name) == "listening/2022.01.15/a b#1.peaks.json"
    assert keys.listening_copy(name) == "listening/2022.01.15/a b#1.flac"
    longest = "x" * (keys.KEY_BYTES - len("processed/") - len(".error.json") - len(".wav"))
    assert len(keys.listening_peaks(keys.name_of(f"input/{longest}.wav"))) <= keys.KEY_BYTES


def test_corrections_lie_beside_the_transcripts_in_a_folder_of_their_own() -> None:
    name = keys.name_of("input/2022.01.15/a b#1.wav")
    assert keys.corrected(name) == "corrected/2022.01.15/a b#1"
    assert keys.corrected_json(name) == "corrected/2022.01.15/a b#1.json"
    assert keys.corrected_format(name, "srt") == "corrected/2022.01.15/a b#1.srt"


@pytest.mark.parametrize("ending", ["json", *FORMATS])
def test_every_key_of_a_correction_fits_into_s3(ending: str) -> None:
    longest = "x" * (keys.KEY_BYTES - len("processed/") - len(".error.json") - len(".wav"))
    name = keys.name_of(f"input/{longest}.wav")
    assert len(keys.corrected_format(name, ending)) <= keys.KEY_BYTES


def test_a_file_in_failed_differs_from_its_record_and_from_folders() -> None:
    failed = keys.failed("input/a.wav")
    assert keys.is_failed_file(failed)
    assert keys.reason_beside(failed) == keys.failed_reason("input/a.wav")
    assert not any(map(keys.is_failed_file, (keys.reason_beside(failed), "failed/", "failed/a/", "output/a", "")))

"""S3 keys: a name that comes out wrong is a transcript that nobody finds, or that overwrites another one."""

import pytest

from transcription.contract import keys
from transcription.contract.errors import NameInvalid


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
    """The name used to be cut at its first dot."""
    names = {keys.name_of(f"input/2022.01.{day}-x.wav") for day in (15, 16)}
    assert len(names) == 2


def test_the_same_file_name_in_two_folders_gets_two_transcripts() -> None:
    """The folder used to be dropped."""
    assert keys.transcript(keys.name_of("input/x/a.wav")) != keys.transcript(keys.name_of("input/y/a.wav"))


@pytest.mark.parametrize(
    "key",
    [
        "input/",  # the S3 console's folder marker
        "input/a/",
        "input/notes.txt",
        "input/a.mp3",
        "input/recording",  # without an extension, input and output were the same temporary file
        "input/a.wave",
        "input-old/z.wav",
        "output/a.wav",
        "xinput/a.wav",
    ],
)
def test_only_wav_files_below_input_are_taken(key: str) -> None:
    assert not keys.is_audio(key)


@pytest.mark.parametrize("key", ["input/.wav", "input/a/.wav", f"input/{'x' * 1010}.wav", f"input/{'ü' * 500}.wav"])
def test_a_name_that_makes_no_key_is_refused_with_a_reason(key: str) -> None:
    with pytest.raises(NameInvalid, match="upload it again"):
        keys.name_of(key)


def test_the_longest_name_fits_every_key_made_from_it() -> None:
    name = keys.name_of(f"input/{'x' * (1024 - len('processed/.wav.error.json'))}.wav")
    made = [*keys.outputs(name), keys.processed(f"input/{name}.wav"), keys.failed_reason(f"input/{name}.wav")]
    assert max(len(key.encode()) for key in made) <= 1024


def test_finished_audio_keeps_its_name_and_case() -> None:
    assert keys.processed("input/a/B.WAV") == "processed/a/B.WAV"
    assert keys.failed("input/a/B.WAV") == "failed/a/B.WAV"
    assert keys.failed_reason("input/a/B.WAV") == "failed/a/B.WAV.error.json"


def test_runs_do_not_share_their_records() -> None:
    """Manifests used to lie at fixed keys: a second run overwrote those of the first."""
    ids = ["scheduled__2026-11-22T01:00:00+00:00", "scheduled__2026-11-22T01:00:00-00:00", "a:b", "a+b", "x" * 300]
    names = [keys.run_name(run_id) for run_id in ids]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() and len(name) <= 100 for name in names)

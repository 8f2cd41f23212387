"""A teaching set is read in every form that people have, and nothing in it is dropped silently."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.taught_recordings import write_pair
from trainer.data.finding import FindingCode
from trainer.data.teaching_set import outermost, read_set
from trainer.errors import SetInvalid

SAMPLES = np.zeros(1600, np.int16)


def test_pairs_texts_and_lone_recordings(tmp_path: Path) -> None:
    write_pair(tmp_path, "a b#1", SAMPLES, "play next")
    write_pair(tmp_path, "sub/c", SAMPLES, "\ufeffstop").with_suffix(".txt").write_text("\ufeffstop", "utf-8")
    write_pair(tmp_path, "lone", SAMPLES, "").with_suffix(".txt").unlink()
    (tmp_path / "letters.txt").write_text("text for the language model")
    (tmp_path / ".hidden.wav").write_bytes(b"")
    teaching_set = read_set(tmp_path)
    recordings = {recording.name: recording.text for recording in teaching_set.recordings}
    assert recordings == {"a b#1.wav": "play next", "sub/c.wav": "stop"}
    assert [path.name for path in teaching_set.texts] == ["letters.txt"]
    assert [(finding.code, finding.recording) for finding in teaching_set.findings] == [
        (FindingCode.TEXT_MISSING, "lone.wav")
    ]


def test_tables_of_deepspeech_and_common_voice(tmp_path: Path) -> None:
    for place in ("one.wav", "clips/two.wav"):
        write_pair(tmp_path, place.removesuffix(".wav"), SAMPLES, "").with_suffix(".txt").unlink()
    (tmp_path / "train.csv").write_text('wav_filename,wav_filesize,transcript\none.wav,3244,"yes, please"\n')
    (tmp_path / "other.tsv").write_text('client_id\tpath\tsentence\nann\ttwo.wav\t"Stop\nbob\tgone.wav\tplay\n')
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    recordings = {recording.name: recording for recording in read_set(tmp_path).recordings}
    assert {name: (recording.text, recording.speaker) for name, recording in recordings.items()} == {
        "one.wav": ("yes, please", ""),
        "clips/two.wav": ('"Stop', "ann"),
        "clips/gone.wav": ("play", "bob"),
    }


def test_a_folder_without_recordings_or_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetInvalid, match="no recording with a text"):
        read_set(tmp_path)
    with pytest.raises(SetInvalid, match="no folder"):
        read_set(tmp_path / "gone")


@pytest.mark.parametrize(
    ("folders", "read"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a"], ["a"]),
        (["a", "a/b/c"], ["a"]),
        (["a/b", "a"], ["a"]),
        (["a", "a/.hidden/b"], ["a", "a/.hidden/b"]),
        (["a", "ab"], ["a", "ab"]),
    ],
)
def test_a_folder_inside_another_one_is_read_with_it(folders: list[str], read: list[str]) -> None:
    assert outermost(map(Path, folders)) == [Path(folder) for folder in read]

"""The evaluation of a model: the nightly engine hears the demo model's clips, and its errors are counted."""

from __future__ import annotations

import hashlib
import json
import shutil
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.taught_recordings import write_pair
from trainer.data.split import Part, part_of
from trainer.errors import SetTooSmall
from trainer.model_evaluation import evaluate
from transcription.contract.evaluation import ALL, TEST


@pytest.fixture
def audio(tmp_path: Path, demo_folder: Path) -> Path:
    """Return a copy of a bucket with the demo model's clips as a set. The text of one of them is wrong."""
    place = tmp_path / "speech/teaching/demo"
    place.mkdir(parents=True)
    texts = json.loads((demo_folder / "clips/transcripts.json").read_text())
    for number, (name, text) in enumerate(sorted(texts.items())):
        shutil.copy(demo_folder / "clips" / name, place / name)
        (place / name).with_suffix(".txt").write_text(f"{text} nine" if number == 0 else text)
    (place / "lost.wav").write_bytes(b"")
    return tmp_path / "speech"


def test_errors_are_counted_by_recording_with_the_time_of_the_engine(audio: Path, demo_folder: Path) -> None:
    result = evaluate(audio, demo_folder, ALL)
    assert result.model == demo_folder.name
    wrong = [recording for recording in result.recordings if recording.mistakes.errors]
    assert len(result.recordings) > 1
    assert [(recording.mistakes.deletions, recording.mistakes.errors) for recording in wrong] == [(1, 1)]
    assert wrong[0].changes[-1].kind == "delete" and wrong[0].changes[-1].said == "nine"
    assert result.wrong_words == {"nine": 1}
    assert {recording.key.rpartition("/")[0] for recording in result.recordings} == {"teaching/demo"}
    assert {(recording.start, recording.end) for recording in result.recordings} == {(None, None)}
    assert result.cpu_seconds > 0
    assert result.audio_seconds == pytest.approx(sum(recording.seconds for recording in result.recordings))
    assert [(entry.recording, entry.code) for entry in result.left_out] == [("teaching/demo/lost.wav", "TEXT_MISSING")]


def test_the_test_is_what_no_teaching_learns_from(
    audio: Path, demo_folder: Path, clips: list[tuple[npt.NDArray[np.int16], str]]
) -> None:
    """None of the demo model's clips is for the test. With some silence at its end, a clip has another digest."""
    with pytest.raises(SetTooSmall, match="choose all"):
        evaluate(audio, demo_folder, TEST)
    samples, text = clips[0]
    padded = (np.append(samples, np.zeros(length, np.int16)) for length in count(1))
    chosen = next(clip for clip in padded if part_of(hashlib.sha256(clip.tobytes()).hexdigest()) == Part.TEST)
    write_pair(audio / "teaching/demo", "for-the-test", chosen, text)
    result = evaluate(audio, demo_folder, TEST)
    assert [recording.key for recording in result.recordings] == ["teaching/demo/for-the-test.wav"]


def test_a_set_without_a_usable_recording_is_refused_with_the_reasons(tmp_path: Path, demo_folder: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no audio")
    (tmp_path / "a.txt").write_text("one")
    with pytest.raises(SetTooSmall, match="AUDIO_UNREADABLE"):
        evaluate(tmp_path, demo_folder, ALL)

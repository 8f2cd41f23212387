"""Corrections from the bucket: what people checked or corrected becomes recordings with texts, and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from trainer.data.finding import FindingCode
from trainer.data.preparation import prepare
from trainer.data.recording import Excerpt
from trainer.data.split import part_of, split
from trainer.data.teaching_set import read_set
from trainer.network.acoustic_model import AcousticModel
from transcription.contract.correction import CHECKED, CORRECTED, UNCHECKED, Basis, Correction, Segment
from transcription.contract.records import dump

RATE = 16000


def _segment(start: float, end: float, text: str, state: str, channel: str | None = None) -> Segment:
    return Segment(start, end, text, (), state, channel)


def _write(folder: Path, samples: np.ndarray, *segments: Segment, name: str = "2022/a b") -> Correction:
    """Write a recording to `processed/` and its correction to `corrected/`."""
    recording = folder / f"processed/{name}.wav"
    recording.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(recording, samples, RATE)
    digest = hashlib.sha256(recording.read_bytes()).hexdigest()
    correction = Correction(
        recording.name, len(samples) / RATE, 0.5, Basis("0" * 64, digest), ("srt",), tuple(segments)
    )
    _save(folder, correction, name)
    return correction


def _save(folder: Path, correction: Correction, name: str = "2022/a b") -> None:
    path = folder / f"corrected/{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dump(correction))
    path.with_suffix("").write_text("the plain text beside it")


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(1).integers(-3000, 3000, 10 * RATE).astype(np.int16)


def test_checked_and_corrected_segments_are_cut_out(
    tmp_path: Path, noise: np.ndarray, demo_model: AcousticModel
) -> None:
    segments = [
        _segment(0, 2, "Play next!", CHECKED),
        _segment(2.1, 4, "nobody looked", UNCHECKED),
        _segment(4, 6, "stop", CORRECTED),
        _segment(6, 8, "", CORRECTED),
        _segment(9, 10, "110", CORRECTED),
    ]
    _write(tmp_path, noise, *segments)
    (tmp_path / "output").mkdir()
    (tmp_path / "output/a.json").write_text('{"segments": []}')
    teaching_set = read_set(tmp_path)
    assert teaching_set.findings == ()
    prepared = prepare(teaching_set, demo_model)
    assert [utterance.text for utterance in prepared.utterances] == ["play next", "stop"]
    assert [(finding.code, finding.recording) for finding in prepared.findings] == [
        (FindingCode.TEXT_HAS_DIGITS, "processed/2022/a b.wav from 8.9 s")
    ]
    # The margin is half the distance to the next segment, and at most 0.1 s.
    first, second = (utterance.samples for utterance in prepared.utterances)
    np.testing.assert_array_equal(first, noise[: round(2.05 * RATE)])
    np.testing.assert_array_equal(second, noise[4 * RATE : 6 * RATE])


def test_segments_of_channels(tmp_path: Path, noise: np.ndarray, demo_model: AcousticModel) -> None:
    both = np.stack([noise, noise[::-1]], axis=1)
    segments = [_segment(1, 3, "stop", CHECKED, "2"), _segment(1, 3, "yes", CHECKED, "agent")]
    _write(tmp_path, both, *segments)
    prepared = prepare(read_set(tmp_path), demo_model)
    [utterance] = prepared.utterances
    np.testing.assert_array_equal(utterance.samples, noise[::-1][round(0.9 * RATE) : round(3.1 * RATE)])
    assert [finding.code for finding in prepared.findings] == [FindingCode.CHANNEL_UNKNOWN]


def test_a_recording_that_is_missing_or_another_is_told(tmp_path: Path, noise: np.ndarray) -> None:
    correction = _write(tmp_path, noise, _segment(0, 2, "stop", CHECKED))
    soundfile.write(tmp_path / "processed/2022/a b.wav", noise[:RATE], RATE)
    _save(tmp_path, replace(correction, recording="../../gone.wav"), "c")
    (tmp_path.parent / "gone.wav").write_bytes(b"")
    (tmp_path / "words.txt").write_text("stop")
    teaching_set = read_set(tmp_path)
    assert teaching_set.recordings == ()
    assert {(finding.code, finding.recording) for finding in teaching_set.findings} == {
        (FindingCode.AUDIO_CHANGED, "processed/2022/a b.wav"),
        (FindingCode.AUDIO_MISSING, "corrected/c.json"),
    }


def test_a_recording_beside_its_correction(tmp_path: Path, noise: np.ndarray) -> None:
    _write(tmp_path, noise, _segment(0, 2, "stop", CHECKED))
    (tmp_path / "corrected/2022/a b.json").rename(tmp_path / "processed/2022/other.json")
    [recording] = read_set(tmp_path).recordings
    assert recording.excerpt == Excerpt(0, 2.1)


def test_a_segment_whose_border_moves_stays_in_its_part(
    tmp_path: Path, noise: np.ndarray, demo_model: AcousticModel
) -> None:
    """All segments that begin in the same minute of a recording are in the same part."""
    parts = []
    for start, end in ((1, 3), (1.5, 3), (7, 9)):
        _write(tmp_path, noise, _segment(start, end, "stop", CHECKED))
        [utterance] = prepare(read_set(tmp_path), demo_model).utterances
        parts.append(part_of(utterance.part_digest))
        assert len(getattr(split([utterance]), parts[-1])) == 1
    assert len(set(parts)) == 1

"""The sets of recordings for the figures of taught models keep test and teaching apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.teaching import sets
from transcriber_image.demo_model.training.vocabulary import DIGITS

_RATE = 8000
_SPEAKERS = ("anna", "ben", "carla")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sets for teaching anna. All samples of a take are 1000 x speaker, from 1, + 50 x digit + take."""
    digits = tmp_path_factory.mktemp("digits")
    for speaker, name in enumerate(_SPEAKERS, start=1):
        for digit in range(10):
            for take in range(50):
                samples = np.full(_RATE // 2, 1000 * speaker + 50 * digit + take, np.int16)
                soundfile.write(digits / f"{digit}_{name}_{take}.wav", samples, _RATE)
    folder = tmp_path_factory.mktemp("sets")
    sets.make(digits, "anna", folder)
    return folder


def _recordings(folder: Path) -> list[tuple[list[int], str]]:
    """Return the marks of the joined digits of every recording in a folder, and its text."""
    recordings = []
    for path in sorted(folder.glob("*.wav")):
        samples = soundfile.read(path, dtype="int16")[0]
        loud = samples[np.abs(samples) > 100]
        recordings.append(([int(mark) for mark in loud[:: _RATE // 2]], path.with_suffix(".txt").read_text().strip()))
    return recordings


def test_the_text_of_a_recording_is_what_is_said_in_it(folder: Path) -> None:
    for marks, text in _recordings(folder / "5"):
        assert [DIGITS[mark % 1000 // 50] for mark in marks] == text.split()


@pytest.mark.parametrize("minutes", sets.MINUTES)
def test_no_take_of_the_test_is_taught(folder: Path, minutes: int) -> None:
    tested = {mark for marks, _ in _recordings(folder / "test") for mark in marks}
    taught = {mark for marks, _ in _recordings(folder / str(minutes)) for mark in marks}
    assert len(tested) == 200
    assert not tested & taught


@pytest.mark.parametrize("minutes", sets.MINUTES)
def test_a_set_has_the_amount_of_speech_of_its_name(folder: Path, minutes: int) -> None:
    seconds = [soundfile.info(path).duration for path in (folder / str(minutes)).glob("*.wav")]
    assert 0 <= sum(seconds) - minutes * 60 < max(seconds)


def test_the_others_are_all_speakers_but_the_one_who_is_taught(folder: Path) -> None:
    assert {mark // 1000 for marks, _ in _recordings(folder / "others") for mark in marks} == {2, 3}

"""A test recording stays one for ever, whatever else is in the set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tests.support.taught_recordings import shifted, utterance
from trainer.data.split import Part, part_of, split
from trainer.network.acoustic_model import AcousticModel

Clips = list[tuple[npt.NDArray[np.int16], str]]


def test_the_split_of_a_digest_never_changes() -> None:
    """These values are a contract with every model that was ever measured."""
    digests = [f"{number:064x}" for number in range(0, 100 << 192, 1 << 192)]
    assert [part_of(digest) for digest in digests].count(Part.TEST) == 20
    assert [part_of(digest) for digest in digests].count(Part.TUNING) == 15
    assert part_of("13".zfill(16) + "0" * 48) == Part.TEST
    assert part_of("14".zfill(16) + "0" * 48) == Part.TUNING
    assert part_of("23".zfill(16) + "0" * 48) == Part.TRAIN


def test_a_test_recording_stays_one_when_the_set_grows_and_gets_speakers(
    demo_model: AcousticModel, clips: Clips
) -> None:
    samples, text = clips[0]
    small = [utterance(demo_model, shifted(samples, number), text) for number in range(20)]
    tested = {taught.digest for taught in split(small).test}
    assert 0 < len(tested) < 20
    large = [
        utterance(demo_model, shifted(samples, number), text, speaker=f"speaker {number}", name=f"renamed {number}")
        for number in range(60)
    ]
    parts = split(large)
    assert tested <= {taught.digest for taught in parts.test}
    assert not tested & {taught.digest for taught in (*parts.train, *parts.tuning)}
    assert len(parts.train) + len(parts.tuning) + len(parts.test) == 60


def test_with_many_speakers_the_test_has_speakers_of_its_own(demo_model: AcousticModel, clips: Clips) -> None:
    samples, text = clips[0]
    utterances = [
        utterance(demo_model, shifted(samples, number), text, speaker=f"speaker {number % 30}") for number in range(90)
    ]
    parts = split(utterances)
    trained = {taught.recording.speaker for taught in parts.train}
    assert {taught.recording.speaker for taught in parts.test} - trained
    assert not trained & {taught.recording.speaker for taught in parts.tuning}

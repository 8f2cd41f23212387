"""The peaks of a recording are exact, few, and independent of how the audio was divided into blocks."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.transcriber.wav_files import RATE
from transcriber.audio import peak_meter
from transcriber.audio.peak_meter import PeakMeter

#: Samples per value.
STEP = RATE // 20


def measure(streams: npt.NDArray[np.int16], block: int = 12_345, names: tuple[str | None, ...] = (None,)) -> Any:
    """Measure streams, shape (streams, samples), in blocks, and return the document."""
    meter = PeakMeter(len(streams), RATE)
    for first in range(0, streams.shape[1], block):
        meter.add(list(streams[:, first : first + block]))
    return json.loads(meter.as_json(names, streams.shape[1] / RATE))


def noise(streams: int, samples: int) -> npt.NDArray[np.int16]:
    return np.random.default_rng(1).integers(-20_000, 20_000, (streams, samples)).astype(np.int16)


def test_a_value_is_the_loudest_sample_of_its_part_of_the_recording() -> None:
    samples = np.zeros((1, RATE), np.int16)
    samples[0, 5 * STEP + 3] = -16_384
    samples[0, 7 * STEP - 1] = 8_192
    document = measure(samples)
    assert (document["version"], document["seconds"], document["rate"]) == (1, 1.0, 20.0)
    assert document["peak"] == 0.5
    assert document["peaks"] == [[255 if value == 5 else 128 if value == 6 else 0 for value in range(20)]]


def test_each_stream_has_its_list_and_its_name() -> None:
    streams = np.stack([np.full(STEP, 40), np.full(STEP, -200)]).astype(np.int16)
    document = measure(streams, names=("agent", "2"))
    assert document["channels"] == ["agent", "2"]
    assert document["peaks"] == [[51], [255]]


@pytest.mark.parametrize("block", [1, 799, 800, 801, 100_000])
def test_the_blocks_change_nothing(block: int) -> None:
    streams = noise(2, 9_001)
    assert measure(streams, block) == measure(streams, 9_001)


def test_the_lowest_sample_is_louder_than_the_highest() -> None:
    assert measure(np.array([[-32768]], np.int16))["peak"] == 1.0


def test_silence_and_a_recording_without_samples_have_no_peaks() -> None:
    assert measure(np.zeros((1, 2 * STEP), np.int16))["peaks"] == [[0, 0]]
    assert measure(np.zeros((1, 0), np.int16))["peaks"] == [[]]


@pytest.mark.parametrize("streams", [1, 2, 3, 32])
def test_a_long_recording_has_few_values(monkeypatch: pytest.MonkeyPatch, streams: int) -> None:
    """Each value of a long recording is the largest of several values of 50 ms."""
    monkeypatch.setattr(peak_meter, "_MOST_VALUES", 640)
    audio = noise(streams, 1_005 * STEP)
    document = measure(audio, names=(None,) * streams)
    step = round(RATE / document["rate"])
    assert 160 < sum(map(len, document["peaks"])) <= 640 + streams
    assert [len(values) for values in document["peaks"]] == [-(-audio.shape[1] // step)] * streams
    loudest = np.abs(audio.astype(int)).max()
    for values, samples in zip(document["peaks"], audio):
        parts = [np.abs(samples[first : first + step].astype(int)).max() for first in range(0, len(samples), step)]
        assert values == np.rint(np.array(parts) * (255 / loudest)).astype(int).tolist()

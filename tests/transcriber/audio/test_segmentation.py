"""Long recordings are cut in pauses, and no speech is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from tests.support.transcriber.wav_files import RATE, silence
from transcriber.audio.audio_stream import Samples
from transcriber.audio.segmentation import EARLIEST, LONGEST, Segment, Segmenter


def blocks_of(samples: Samples, length: int = 10007) -> Iterator[Samples]:
    for start in range(0, len(samples), length):
        yield samples[start : start + length]


def cut(samples: Samples, rate: int = RATE) -> tuple[list[Segment], float]:
    segmenter = Segmenter(rate)
    return list(segmenter.segments(7, blocks_of(samples))), segmenter.skipped_seconds


def voice(seconds: float, rate: int = RATE) -> Samples:
    """A sound that voice activity detection takes for a voice: pulses with two tones, of varying loudness."""
    time = np.arange(int(seconds * rate)) / rate
    pulses = (np.sin(2 * np.pi * 120 * time) > 0.95) * 1.0
    tones = np.sin(2 * np.pi * 700 * time) + 0.7 * np.sin(2 * np.pi * 1800 * time)
    loudness = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)
    samples: Samples = (6000 * loudness * (pulses + 0.5 * tones * (0.5 + pulses))).astype(np.int16)
    return samples


def joined(parts: Iterable[Samples]) -> Samples:
    return np.concatenate(list(parts))


@pytest.mark.parametrize("seconds", [0.05, 3.0, LONGEST])
def test_audio_up_to_the_longest_stays_in_one_piece(seconds: float) -> None:
    samples = voice(seconds)
    segments, skipped = cut(samples)
    assert [segment.start for segment in segments] == [0.0]
    assert np.array_equal(segments[0].samples, samples)
    assert skipped == 0


def test_a_short_silent_file_is_left_to_the_engine() -> None:
    segments, skipped = cut(silence(5))
    assert len(segments) == 1
    assert skipped == 0


def test_no_sample_of_a_long_recording_is_lost_or_repeated() -> None:
    samples = voice(100)
    segments, skipped = cut(samples)
    assert len(segments) > 1
    assert skipped == 0
    assert np.array_equal(joined(segment.samples for segment in segments), samples)
    for before, after in zip(segments, segments[1:]):
        assert after.start == pytest.approx(before.end)


def test_no_segment_is_longer_than_the_limit() -> None:
    """Once, a whole file was decoded in one call, which took hours and more memory than the machine had."""
    for samples in (voice(100), np.random.default_rng(0).normal(0, 3000, 100 * RATE).astype(np.int16)):
        segments, _ = cut(samples)
        assert all(EARLIEST <= segment.seconds <= LONGEST for segment in segments[:-1])
        assert segments[-1].seconds <= LONGEST


def test_a_long_recording_is_cut_in_its_pauses_and_not_in_a_word() -> None:
    samples = joined([voice(10), silence(1), voice(2), silence(0.3), voice(6)])
    segments, _ = cut(samples)
    assert len(segments) == 2
    assert 10.1 < segments[1].start < 10.9


def test_a_recording_without_pauses_is_cut_where_it_is_quietest() -> None:
    rate = 22050  # not supported by the voice activity detection
    loud = voice(20, rate)
    loud[int(11.0 * rate) : int(11.1 * rate)] //= 20
    segments, _ = cut(loud, rate)
    assert 10.9 < segments[1].start < 11.15


def test_segments_are_short_at_a_rate_that_the_vad_does_not_support() -> None:
    samples = voice(40, rate=22050)
    segments, skipped = cut(samples, rate=22050)
    assert all(segment.seconds <= LONGEST for segment in segments)
    assert np.array_equal(joined(segment.samples for segment in segments), samples)
    assert skipped == 0


def test_silence_around_a_sentence_is_left_out_and_counted() -> None:
    segments, skipped = cut(joined([silence(60), voice(3), silence(60)]))
    kept = sum(segment.seconds for segment in segments)
    assert segments[0].start <= 60
    assert segments[-1].end >= 63
    assert kept <= 2 * LONGEST
    assert skipped + kept == pytest.approx(123)


def test_a_minute_of_silence_gives_no_segment() -> None:
    segments, skipped = cut(silence(60))
    assert segments == []
    assert skipped == 60


def test_no_audio_gives_no_segment() -> None:
    assert cut(np.empty(0, np.int16)) == ([], 0.0)


def test_segments_carry_the_number_of_their_file() -> None:
    segments, _ = cut(voice(20))
    assert {segment.file for segment in segments} == {7}

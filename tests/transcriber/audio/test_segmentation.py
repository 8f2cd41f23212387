"""Long recordings are cut where nobody speaks, and nothing that is said gets lost."""

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
    """What the voice activity detection takes for a voice: a buzz with two tones, swelling and fading."""
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
    assert [each.start for each in segments] == [0.0]
    assert np.array_equal(segments[0].samples, samples)
    assert skipped == 0


def test_a_short_silent_file_is_left_to_the_engine() -> None:
    segments, skipped = cut(silence(5))
    assert len(segments) == 1
    assert skipped == 0


def test_no_sample_of_a_long_recording_is_lost_or_said_twice() -> None:
    samples = voice(100)
    segments, skipped = cut(samples)
    assert len(segments) > 1
    assert skipped == 0
    assert np.array_equal(joined(each.samples for each in segments), samples)
    for before, after in zip(segments, segments[1:]):
        assert after.start == pytest.approx(before.end)


def test_no_segment_is_so_long_that_decoding_never_ends() -> None:
    """One call for a file of any length used to take hours, and more memory than there is."""
    for samples in (voice(100), np.random.default_rng(0).normal(0, 3000, 100 * RATE).astype(np.int16)):
        segments, _ = cut(samples)
        assert all(EARLIEST <= each.seconds <= LONGEST for each in segments[:-1])
        assert segments[-1].seconds <= LONGEST


def test_a_long_recording_is_cut_in_its_pauses_and_not_in_a_word() -> None:
    samples = joined([voice(10), silence(1), voice(2), silence(0.3), voice(6)])
    segments, _ = cut(samples)
    assert len(segments) == 2
    assert 10.1 < segments[1].start < 10.9


def test_a_recording_without_pauses_is_cut_where_it_is_quietest() -> None:
    rate = 22050  # unknown to the voice activity detection
    loud = voice(20, rate)
    loud[int(11.0 * rate) : int(11.1 * rate)] //= 20
    segments, _ = cut(loud, rate)
    assert 10.9 < segments[1].start < 11.15


def test_a_model_at_a_rate_that_the_vad_does_not_know_still_gets_short_segments() -> None:
    samples = voice(40, rate=22050)
    segments, skipped = cut(samples, rate=22050)
    assert all(each.seconds <= LONGEST for each in segments)
    assert np.array_equal(joined(each.samples for each in segments), samples)
    assert skipped == 0


def test_silence_around_a_sentence_costs_nothing_and_is_counted() -> None:
    segments, skipped = cut(joined([silence(60), voice(3), silence(60)]))
    kept = sum(each.seconds for each in segments)
    assert segments[0].start <= 60
    assert segments[-1].end >= 63
    assert kept <= 2 * LONGEST
    assert skipped + kept == pytest.approx(123)


def test_a_minute_of_silence_holds_no_segment() -> None:
    segments, skipped = cut(silence(60))
    assert segments == []
    assert skipped == 60


def test_no_audio_gives_no_segment_and_so_no_letter() -> None:
    assert cut(np.empty(0, np.int16)) == ([], 0.0)


def test_an_engine_that_mixes_files_can_tell_segments_apart() -> None:
    segments, _ = cut(voice(20))
    assert {each.file for each in segments} == {7}

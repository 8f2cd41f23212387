"""Cutting at silence leaves out only silence, and does not change the transcript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import deepspeech
import numpy as np
import pytest
import webrtcvad

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from transcriber.audio.audio_stream import Samples
from transcriber.audio.segmentation import LONGEST, Segmenter
from transcriber.engines.engine import Engine
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_selection import open_engine
from transcription.contract.options import BATCHED, LIBDEEPSPEECH, Options

FRAME = RATE * 30 // 1000


@pytest.fixture(scope="module", params=[LIBDEEPSPEECH, BATCHED])
def parallel(request: pytest.FixtureRequest, model_folder: Path) -> Iterator[Engine]:
    with open_engine(open_folder(model_folder), Options(engine=request.param), processes=2) as engine:
        yield engine


def silent_seconds(samples: Samples) -> float:
    """How many seconds WebRTC's voice activity detection calls silent; the last frame is filled up with zeros."""
    detector = webrtcvad.Vad(1)
    padded = np.concatenate([samples, np.zeros(-len(samples) % FRAME, np.int16)])
    silent = [not detector.is_speech(frame.tobytes(), RATE) for frame in padded.reshape(-1, FRAME)]
    return float(sum(silent)) * FRAME / RATE


def meeting(clips: list[Clip], seed: int) -> Samples:
    """Speech, parts of words in long silence, and room noise; the end is between two frames."""
    rng = np.random.default_rng(seed)
    parts: list[Samples] = []
    for _ in range(8):
        samples = clips[rng.integers(len(clips))].samples
        middle = len(samples) // 2
        parts += [samples, silence(rng.uniform(0.2, 30))]
        parts += [samples[middle : middle + int(rng.uniform(0.03, 0.3) * RATE)], silence(rng.uniform(15, 30))]
        parts.append(rng.normal(0, rng.uniform(0, 200), int(rng.uniform(0.1, 10) * RATE)).astype(np.int16))
    return np.concatenate(parts)


@pytest.mark.parametrize("seed", range(6))
def test_no_more_is_skipped_than_the_detection_calls_silent(clips: list[Clip], seed: int) -> None:
    """Anything else could be speech."""
    samples = meeting(clips, seed)
    segmenter = Segmenter(RATE)
    segments = list(segmenter.segments(0, iter(np.array_split(samples, 13))))
    assert 0 < segmenter.skipped_seconds <= silent_seconds(samples) + 1e-9
    kept = sum(len(segment.samples) for segment in segments)
    assert segmenter.skipped_seconds == pytest.approx((len(samples) - kept) / RATE)
    skipped = np.ones(len(samples), bool)
    for segment in segments:
        start = round(segment.start * RATE)
        assert np.array_equal(samples[start : start + len(segment.samples)], segment.samples)
        skipped[start : start + len(segment.samples)] = False
    detector = webrtcvad.Vad(1)
    for start in range(0, len(samples) - FRAME + 1, FRAME):
        is_voiced = detector.is_speech(samples[start : start + FRAME].tobytes(), RATE)
        assert not (is_voiced and skipped[start : start + FRAME].any())


def test_without_cutting_nothing_is_skipped_and_a_minute_is_one_segment(
    tmp_path: Path, engine: LibDeepSpeech, clips: list[Clip]
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(np.concatenate([clips[0].samples, silence(50), clips[1].samples, silence(5)])))
    whole = transcribe_file(path, engine, Options(cut_at_silence=False))
    assert [utterance.start for utterance in whole.utterances] == [0]
    assert whole.utterances[0].end == pytest.approx(whole.audio.seconds)
    assert whole.audio.seconds > 60
    assert whole.skipped_seconds == 0
    cut = transcribe_file(path, engine)
    assert len(cut.utterances) > 1
    assert cut.skipped_seconds > 20
    assert cut.text == whole.text == f"{clips[0].text} {clips[1].text}"
    for cut_word, whole_word in zip(cut.words, whole.words):
        assert (cut_word.start, cut_word.end) == pytest.approx((whole_word.start, whole_word.end), abs=0.1)


def test_the_text_of_up_to_ten_seconds_is_that_of_libdeepspeech_alone(
    tmp_path: Path, parallel: Engine, clips: list[Clip], model_folder: Path
) -> None:
    """The steps between a file and libdeepspeech (decoding, cutting, processes) must not change a word."""
    folder = open_folder(model_folder)
    native = deepspeech.Model(str(folder.acoustic))
    native.enableExternalScorer(str(folder.scorer))
    native.setBeamWidth(folder.defaults.beam_width)
    native.setScorerAlphaBeta(folder.defaults.lm_alpha, folder.defaults.lm_beta)
    path = tmp_path / "a.wav"
    rng = np.random.default_rng(0)
    texts = []
    for number in range(24):
        chosen = rng.choice(len(clips), 1 + number % 3)
        parts = [part for index in chosen for part in (clips[index].samples, silence(rng.uniform(0, 0.4)))]
        samples = np.concatenate(parts)[: 10 * RATE]
        noise = rng.normal(0, (number % 4) / 4 * samples.std(), len(samples))
        noisy = (samples + noise).clip(-32768, 32767).astype(np.int16)
        path.write_bytes(wav(noisy))
        texts.append(transcribe_file(path, parallel).text)
        assert texts[-1] == " ".join(native.stt(noisy).split())
        assert len(noisy) / RATE <= 10 < LONGEST
    assert len(set(texts)) > 12

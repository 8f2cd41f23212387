"""A long recording is transcribed as well as the short recordings that it was joined from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip, wav
from transcriber.audio.audio_stream import Samples
from transcriber.engines.engine import Engine
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_selection import open_engine
from transcriber_image.demo_model.training.errors import distance
from transcription.contract.options import BATCHED, LIBDEEPSPEECH, Options

#: How many clips are joined to a recording of about three minutes.
_PARTS = 48
#: The shortest and the longest pause between two of them, in seconds.
_PAUSES = (0.2, 1.5)


@pytest.fixture(scope="module", params=[LIBDEEPSPEECH, BATCHED])
def parallel(request: pytest.FixtureRequest, model_folder: Path) -> Iterator[Engine]:
    with open_engine(open_folder(model_folder), Options(engine=request.param), processes=2) as engine:
        yield engine


def with_noise(rng: np.random.Generator, samples: Samples, noise: float) -> Samples:
    """`samples` with noise; `noise` is its strength as a share of theirs."""
    noisy = samples + rng.normal(0, noise * samples.std(), len(samples))
    result: Samples = noisy.clip(-32768, 32767).astype(np.int16)
    return result


@pytest.mark.parametrize("noise", [0.0, 0.35])
def test_a_joined_recording_has_no_more_word_errors_than_its_parts(
    tmp_path: Path, parallel: Engine, clips: list[Clip], noise: float
) -> None:
    """Compare the numbers of word errors, within two standard deviations.

    If cutting does no harm, a word that is wrong in only one of both is equally likely to be wrong in either. The
    difference of the two numbers then has a standard deviation of at most the square root of their sum. The seeds are
    fixed, so that the test always gives the same result.
    """

    def words_of(samples: Samples) -> list[str]:
        path = tmp_path / "a.wav"
        path.write_bytes(wav(samples))
        return transcribe_file(path, parallel).text.split()

    part_errors = joined_errors = words = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        chosen = [clips[index] for index in rng.integers(len(clips), size=_PARTS)]
        parts = [with_noise(rng, clip.samples, noise) for clip in chosen]
        part_errors += sum(distance(clip.text.split(), words_of(part)) for clip, part in zip(chosen, parts))
        joined = []
        for part in parts:
            pause = np.zeros(int(rng.uniform(*_PAUSES) * RATE), np.int16)
            level = np.random.default_rng(seed).normal(0, noise * part.std(), len(pause))
            joined += [part, (pause + level).astype(np.int16)]
        expected = [word for clip in chosen for word in clip.text.split()]
        joined_errors += distance(expected, words_of(np.concatenate(joined)))
        words += len(expected)
    allowed = part_errors + 2 * math.sqrt(part_errors + joined_errors)
    assert joined_errors <= allowed, f"{joined_errors} errors instead of {part_errors} in {words} words"

"""Joining recordings costs no words: where a long one is cut is no worse than where people ended a short one."""

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

#: Recordings that become one of some three minutes.
_PARTS = 48
#: In seconds.
_PAUSES = (0.2, 1.5)


@pytest.fixture(scope="module", params=[LIBDEEPSPEECH, BATCHED])
def parallel(request: pytest.FixtureRequest, model_folder: Path) -> Iterator[Engine]:
    with open_engine(open_folder(model_folder), Options(engine=request.param), processes=2) as engine:
        yield engine


def in_a_room(rng: np.random.Generator, samples: Samples, noise: float) -> Samples:
    """`samples` with noise of so much of their own strength."""
    noisy = samples + rng.normal(0, noise * samples.std(), len(samples))
    result: Samples = noisy.clip(-32768, 32767).astype(np.int16)
    return result


@pytest.mark.parametrize("noise", [0.0, 0.35])
def test_a_joined_recording_has_no_more_word_errors_than_its_parts(
    tmp_path: Path, parallel: Engine, clips: list[Clip], noise: float
) -> None:
    """If cutting does no harm, a word that only one of both gets wrong is as likely that of the parts.

    Then the difference of their errors has a standard deviation of at most the root of their sum; two of these are
    allowed. All is drawn with fixed seeds, so that this passes or fails each time.
    """

    def heard(samples: Samples) -> list[str]:
        path = tmp_path / "a.wav"
        path.write_bytes(wav(samples))
        return transcribe_file(path, parallel).text.split()

    apart = together = words = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        chosen = [clips[each] for each in rng.integers(len(clips), size=_PARTS)]
        parts = [in_a_room(rng, clip.samples, noise) for clip in chosen]
        apart += sum(distance(clip.text.split(), heard(part)) for clip, part in zip(chosen, parts))
        joined = []
        for part in parts:
            pause = np.zeros(int(rng.uniform(*_PAUSES) * RATE), np.int16)
            level = np.random.default_rng(seed).normal(0, noise * part.std(), len(pause))
            joined += [part, (pause + level).astype(np.int16)]
        said = [word for clip in chosen for word in clip.text.split()]
        together += distance(said, heard(np.concatenate(joined)))
        words += len(said)
    assert together <= apart + 2 * math.sqrt(apart + together), f"{together} instead of {apart} of {words} words"

"""A small model that spells in bytes, and recordings in a language of tones that it understands.

A byte of a text sounds as a chord of its own. The hidden layers of the network have random weights; the last layer is
fitted to recordings of the text, so that it emits each byte in the middle of its chord.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.support.transcriber import reference_network, scorer_builder
from tests.support.transcriber.graph_skeletons import BYTES, DEMO, Skeleton, random_weights, to_pbmm
from tests.support.transcriber.scorer_builder import ScorerPlan
from tests.support.transcriber.wav_files import RATE
from transcriber.model.graph import read_graph

#: What the model understands: any order of these characters.
CHARACTERS = "你好世界"
#: More characters for the scorer, which fill a beam.
_OTHER_CHARACTERS = tuple(map(chr, range(0x4E20, 0x4E60)))
#: The length of a byte, of the pause after a character, and of the silence around a text, in seconds.
BYTE, PAUSE, EDGE = 0.1, 0.2, 0.5

_UNITS, _STEP = 256, 320
_LOWEST_HZ, _HIGHEST_HZ = 300, 6000
#: The score of the right label above that of all others, and the weight of small weights in the fit.
_SCORE, _RIDGE = 15.0, 1e-6
_BLANK = len(BYTES)

Samples = npt.NDArray[np.int16]


def character_seconds() -> float:
    """Return the time from the start of a character to the start of the next one, in seconds."""
    return 3 * BYTE + PAUSE


def say(text: str, seed: int = 0) -> Samples:
    """Return a recording of a text of `CHARACTERS`.

    Args:
        text: the text.
        seed: the seed of the noise in the background.
    """
    silence = np.zeros(int(EDGE * RATE))
    parts = [silence]
    for character in text:
        parts += [_chord(byte) for byte in character.encode()]
        parts.append(np.zeros(int(PAUSE * RATE)))
    sound = np.concatenate([*parts, silence])
    return (sound + np.random.default_rng(seed).normal(0, 30, len(sound))).astype(np.int16)


def write_model(folder: Path, *, with_scorer: bool) -> None:
    """Write the model, `bytes.pbmm`, and its scorer, `bytes.scorer`, into a folder."""
    weights = random_weights(_UNITS, BYTES)
    weights["layer_1_weights"] *= np.float32(0.05)
    weights["layer_6_weights"][:] = 0
    weights["layer_6_bias"][:] = 0
    path = folder / "bytes.pbmm"
    path.write_bytes(to_pbmm(Skeleton(DEMO).fill(weights, BYTES)))
    graph = read_graph(path)
    inputs, targets = [], []
    for seed in range(8):
        text = "".join(np.random.default_rng(seed).permutation(list(CHARACTERS)))
        values = reference_network.activations(say(text, seed), graph)
        inputs.append(np.column_stack([values, np.ones(len(values))]))
        targets.append(_targets(text, len(values)))
    matrix, wanted = np.concatenate(inputs), np.concatenate(targets)
    square = matrix.T @ matrix
    ridge = _RIDGE * np.trace(square) / len(square) * np.eye(len(square))
    solution = np.linalg.solve(square + ridge, matrix.T @ wanted).astype(np.float32)
    weights["layer_6_weights"], weights["layer_6_bias"] = solution[:-1].copy(), solution[-1].copy()
    path.write_bytes(to_pbmm(Skeleton(DEMO).fill(weights, BYTES)))
    if with_scorer:
        plan = ScorerPlan(words=(*CHARACTERS, *_OTHER_CHARACTERS), alphabet=BYTES, in_bytes=True)
        (folder / "bytes.scorer").write_bytes(scorer_builder.build(plan))


def _chord(byte: int) -> npt.NDArray[np.float64]:
    times = np.arange(int(BYTE * RATE)) / RATE
    numbers = sorted({byte for character in CHARACTERS for byte in character.encode()})
    place = numbers.index(byte)
    tones = [
        _LOWEST_HZ * (_HIGHEST_HZ / _LOWEST_HZ) ** (part % len(numbers) / len(numbers))
        for part in (place, place * 5 + 2)
    ]
    return sum(4000 * np.sin(2 * np.pi * tone * times) for tone in tones)  # type: ignore[return-value]


def _targets(text: str, frames: int) -> npt.NDArray[np.float64]:
    """Return the wanted score of each label in each frame, shape (frames, labels + 1)."""
    targets = np.zeros((frames, _BLANK + 1))
    targets[:, _BLANK] = _SCORE
    for number, character in enumerate(text):
        for place, byte in enumerate(character.encode()):
            start = EDGE + number * character_seconds() + place * BYTE
            middle = int((start + BYTE / 2) * RATE) // _STEP
            targets[middle : middle + 2] = 0
            targets[middle : middle + 2, byte - 1] = _SCORE
    return targets

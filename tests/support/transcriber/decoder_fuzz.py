"""Damaged files of all formats for the decoder: `python -m tests.support.transcriber.decoder_fuzz COUNT [SEED]`.

Prints the outcomes as JSON. It fails if a file ends this process, takes too long, or is answered without a code.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.support.transcriber.encoded_files import ALL, encode
from transcriber.audio import audio_stream
from transcription.contract.errors import InputError

RATE = 16000
#: The longest time that a damaged file may take, in seconds. The decoder itself is ended after 60 s without progress.
SECONDS = 90
#: How much this process may grow, in kilobytes.
GROWTH = 100_000

Mutation = Callable[[random.Random, bytearray], None]


@dataclass
class Outcomes:
    """What became of the damaged files."""

    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    by_format: dict[str, Counter[str]] = field(default_factory=dict)
    slowest: float = 0.0
    slowest_file: str = ""
    failures: list[str] = field(default_factory=list)
    grown_kilobytes: int = 0


def _flip_bits(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 2, 8, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _flip_bits_of_the_header(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 2, 4))):
        data[chance.randrange(min(len(data), 300))] ^= 1 << chance.randrange(8)


def _write_numbers(chance: random.Random, data: bytearray) -> None:
    """Write a number that is extreme for lengths and counts."""
    for _ in range(chance.choice((1, 2))):
        width = chance.choice((1, 2, 4, 8))
        number = chance.choice((0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), 2 ** (8 * width - 1) - 1))
        start = chance.randrange(chance.choice((min(len(data), 400), len(data))))
        data[start : start + width] = number.to_bytes(width, chance.choice(("big", "little")))


def _cut(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(1, len(data)) :]


def _remove(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 4, 100, 2000))]


def _repeat(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    data[start:start] = data[start : start + chance.choice((1, 4, 100, 2000))]


def _overwrite(chance: random.Random, data: bytearray) -> None:
    start, size = chance.randrange(len(data)), chance.choice((4, 64, 1000))
    data[start : start + size] = chance.choice((bytes(size), b"\xff" * size, chance.randbytes(size)))


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip_bits, _flip_bits_of_the_header, _write_numbers, _cut, _remove, _repeat, _overwrite),
)


def seeds() -> dict[str, bytes]:
    """Return an intact file of each format: speech-like noise and tones of two seconds, in two channels."""
    chance = np.random.default_rng(1)
    seconds = np.arange(2 * RATE) / RATE
    tone = 8000 * np.sin(2 * np.pi * 300 * seconds) * (np.sin(2 * np.pi * 3 * seconds) > 0)
    samples = (tone[:, None] + chance.normal(0, 500, (2 * RATE, 2))).astype(np.int16)
    return {form: encode(form, samples, RATE) for form in ALL}


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield the format and the content of damaged files. The same seed gives the same files."""
    intact = seeds()
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")  # noqa: S311 - damage can be repeated with the seed
        form = ALL[number % len(ALL)]
        data = bytearray(intact[form])
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            if data:
                chance.choice(MUTATIONS)(chance, data)
        yield form, bytes(data)


def fuzz(count: int, seed: int, folder: Path) -> Outcomes:
    """Decode damaged files, and return what became of them."""
    outcomes = Outcomes(seed)
    path = folder / "mutant"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, (form, data) in enumerate(mutants(count, seed)):
        path.write_bytes(data)
        begun = time.monotonic()
        try:
            audio_stream.describe(path)
            length = sum(map(len, audio_stream.decode(path, RATE)))
            outcome = "decoded" if length else "nothing"
        except InputError as error:
            outcome = error.code
        except Exception as error:  # noqa: BLE001 - any other error is a failure of the decoder
            outcome = "failure"
            outcomes.failures.append(f"{form}, number {number} of seed {seed}: {error!r}")
        seconds = time.monotonic() - begun
        if seconds > SECONDS:
            outcomes.failures.append(f"{form}, number {number} of seed {seed}: {seconds:.0f} s")
        if seconds > outcomes.slowest:
            outcomes.slowest, outcomes.slowest_file = seconds, f"{form}, number {number}"
        outcomes.counts[outcome] += 1
        outcomes.by_format.setdefault(form, Counter())[outcome] += 1
    outcomes.grown_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return outcomes


def main() -> int:
    """Fuzz the decoder and print the outcomes. Return the exit code."""
    count = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        outcomes = fuzz(count, seed, Path(folder))
    print(json.dumps(vars(outcomes), indent=1))
    return 1 if outcomes.failures or outcomes.grown_kilobytes > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())

"""Gives every mutant of one seed to the decoder, in a process with little memory that may not hang.

`python -m tests.support.transcriber.wav_fuzz SEED FOLDER` writes `FOLDER/now` (the mutant at hand, for
whoever finds a dead process) and one line of JSON: what came of the mutants, counted, and what was wrong.
"""

from __future__ import annotations

import collections
import faulthandler
import json
import resource
import sys
import warnings
from pathlib import Path
from typing import Optional

import numpy as np

from tests.support.transcriber.wav_files import RATE
from tests.support.transcriber.wav_mutations import Seed, mutants, seeds
from tests.support.transcriber.wav_oracle import promise
from transcriber.audio import audio_stream
from transcription.contract.errors import InputError

HANG_SECONDS = 20
#: What decoding may take beside the interpreter and its libraries, in bytes.
MEMORY = 32 * 2**20
#: Bytes behind the audio that a file may have without being refused.
STRAY_BYTES = 1024


def outcome(path: Path) -> str:
    """The code of its failure, or what is wrong with its audio, or `audio`."""
    try:
        described = audio_stream.describe(path)
        heard = np.concatenate(list(audio_stream.decode(path, RATE)))
    except InputError as error:
        return error.code
    return wrong(path.read_bytes(), described.seconds, described.sample_rate, heard) or "audio"


def wrong(data: bytes, seconds: float, rate: int, heard: audio_stream.Samples) -> Optional[str]:
    """In which way `heard` is not what the header of `data` promises."""
    promised = promise(data)
    if (rate, round(seconds * rate)) != (promised.rate, promised.frames):
        return f"wrong: {promised.frames} frames at {promised.rate} Hz were promised, {seconds} s at {rate} Hz came"
    if abs(len(heard) - promised.frames * RATE / rate) > 2:
        return f"wrong: {promised.frames} frames at {rate} Hz were promised, {len(heard)} samples came"
    if rate == RATE and promised.samples is not None:
        difference = np.abs(heard - np.clip(promised.samples, -32768, 32767)).max()
        if difference > 1:
            return f"wrong: samples differ by {difference}"
    return None


def check(seed: Seed, folder: Path) -> dict[str, object]:
    """What came of all mutants of `seed`."""
    path, now = folder / "x.wav", folder / "now"
    path.write_bytes(seed.data)
    assert outcome(path) == "audio", f"the seed itself is not read: {outcome(path)}"
    before = bound_memory()
    counts: collections.Counter[str] = collections.Counter()
    failures = []
    for name, data in mutants(seed):
        now.write_text(name)
        path.write_bytes(data)
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        try:
            result = outcome(path)
            if result == "audio" and promise(data).unread > STRAY_BYTES + 2 * seed.tail:
                result = "wrong: a part of the audio was left out"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
            result = f"wrong: {error!r}"
        counts["wrong" if result.startswith("wrong") else result] += 1
        if result.startswith("wrong"):
            failures.append(f"{name}: {result}")
    faulthandler.cancel_dump_traceback_later()
    return {"counts": counts, "failures": failures, "grown_kilobytes": peak_memory() - before}


def bound_memory() -> int:
    """Let this process take no more than `MEMORY` from now on; its peak until now, in kilobytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return peak_memory()


def peak_memory() -> int:
    """In kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    warnings.simplefilter("error")
    faulthandler.enable()
    print(json.dumps(check(seeds()[sys.argv[1]], Path(sys.argv[2]))))

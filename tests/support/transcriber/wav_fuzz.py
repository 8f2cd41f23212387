"""The command `python -m tests.support.transcriber.wav_fuzz SEED FOLDER`, which decodes damaged WAV files.

The command gives each mutant (damaged copy) of a WAV file to the audio decoder, with limited memory and time. It prints
one line of JSON: the number of mutants with each outcome, the mutants that were decoded wrongly, and the growth of the
memory. During the work, `FOLDER/current` contains the name of the current mutant, so that the name is known if the
process dies.
"""

from __future__ import annotations

import collections
import faulthandler
import json
import resource
import signal
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
#: How much memory decoding may use, in bytes, in addition to the interpreter and its libraries.
MEMORY = 32 * 2**20
#: Audio of a higher level is not raised; the root mean square, as a share of full scale.
QUIET = 0.01
#: How many bytes after the audio are accepted.
STRAY_BYTES = 1024


def outcome(path: Path) -> str:
    """Decode a WAV file, and return the outcome.

    Returns:
        `audio` if the file was decoded, the code of the error if the file was refused, or `wrong: …` if the file was
        decoded wrongly.
    """
    try:
        described = audio_stream.describe(path)
        gain = audio_stream.measure_gain(path).factor
        samples = np.concatenate(list(audio_stream.decode(path, RATE)))
    except InputError as error:
        return error.code
    return difference(path.read_bytes(), described.seconds, described.sample_rate, samples, gain) or "audio"


def difference(data: bytes, seconds: float, rate: int, samples: audio_stream.Samples, gain: float) -> Optional[str]:
    """Return a text that says how decoded audio differs from the promise of the file's header, or `None`.

    Args:
        data: the content of the file.
        seconds: the length that the decoder found.
        rate: the sample rate that the decoder found, in hertz.
        samples: the decoded samples, at `RATE`.
        gain: the factor with which the decoder multiplied them.
    """
    promised = promise(data)
    if (rate, round(seconds * rate)) != (promised.rate, promised.frames):
        return f"wrong: {promised.frames} frames at {promised.rate} Hz were promised, {seconds} s at {rate} Hz decoded"
    if abs(len(samples) - promised.frames * RATE / rate) > 2:
        return f"wrong: {promised.frames} frames at {rate} Hz were promised, {len(samples)} samples decoded"
    if promised.samples is not None:
        peak, level = np.abs(promised.samples).max() / 32768, promised.samples.std() / 32768
        if not (gain == 1 or (gain < 1 and peak > 1) or (gain > 1 and level < QUIET)):
            return f"wrong: multiplied by {gain}, though the peak is {peak}"
    if rate == RATE and promised.samples is not None:
        largest = np.abs(samples - np.clip(promised.samples * gain, -32768, 32767)).max()
        if largest > 1:
            return f"wrong: samples differ by {largest}"
    return None


def check(seed: Seed, folder: Path) -> dict[str, object]:
    """Decode all mutants of a WAV file.

    Args:
        seed: the WAV file.
        folder: a folder for temporary files.

    Returns:
        `counts`, the number of mutants with each outcome; `failures`, the mutants that were decoded wrongly; and
        `grown_kilobytes`, the growth of the peak memory.
    """
    path, current = folder / "x.wav", folder / "current"
    path.write_bytes(seed.data)
    assert outcome(path) == "audio", f"the seed itself is not read: {outcome(path)}"
    before = bound_memory()
    counts: collections.Counter[str] = collections.Counter()
    failures = []
    for name, data in mutants(seed):
        current.write_text(name)
        path.write_bytes(data)
        signal.alarm(HANG_SECONDS)  # ends the process, without a thread, which would need more memory than the limit
        try:
            result = outcome(path)
            if result == "audio" and promise(data).unread > STRAY_BYTES + 2 * seed.tail:
                result = "wrong: a part of the audio was left out"
        except Exception as error:  # noqa: BLE001 - any other exception is a failure
            result = f"wrong: {error!r}"
        counts["wrong" if result.startswith("wrong") else result] += 1
        if result.startswith("wrong"):
            failures.append(f"{name}: {result}")
    signal.alarm(0)
    return {"counts": counts, "failures": failures, "grown_kilobytes": peak_memory() - before}


def bound_memory() -> int:
    """Limit the memory of this process to its present memory plus `MEMORY`, and return its peak so far in kilobytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return peak_memory()


def peak_memory() -> int:
    """Return the most memory that this process has used so far, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    warnings.simplefilter("error")
    faulthandler.enable()
    print(json.dumps(check(seeds()[sys.argv[1]], Path(sys.argv[2]))))

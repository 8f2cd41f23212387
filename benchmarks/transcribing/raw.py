"""`python -m benchmarks.transcribing.raw MODEL SCORER BEAM_WIDTH FILE…`: libdeepspeech and nothing else, on one core.

Runs in the container's environment, Python 3.9.
"""

from __future__ import annotations

import sys
import wave

import deepspeech
import numpy as np


def main(acoustic: str, scorer: str, beam_width: str, *files: str) -> None:
    """Load the model once and transcribe each file in one call."""
    model = deepspeech.Model(acoustic)
    model.enableExternalScorer(scorer)
    model.setBeamWidth(int(beam_width))
    for name in files:
        with wave.open(name) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        print(model.stt(samples))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""`python -m benchmarks.transcribing.libdeepspeech_only MODEL SCORER BEAM_WIDTH FILE…`: transcribe on one core.

Uses libdeepspeech and no code of the transcriber. Runs in the environment of the image, Python 3.9.
"""

from __future__ import annotations

import sys
import wave

import deepspeech
import numpy as np


def main(acoustic: str, scorer: str, beam_width: str, *files: str) -> None:
    """Load the model once, and print each file's transcript, which takes one call."""
    model = deepspeech.Model(acoustic)
    model.enableExternalScorer(scorer)
    model.setBeamWidth(int(beam_width))
    for path in files:
        with wave.open(path) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        print(model.stt(samples))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The command `python -m benchmarks.transcribing.libdeepspeech_only MODEL SCORER BEAM_WIDTH FILE…`.

The command transcribes WAV files on one core with libdeepspeech, without the code of the transcriber. It runs in the
Python environment of the image (Python 3.9).
"""

from __future__ import annotations

import sys
import wave

import deepspeech
import numpy as np


def main(acoustic: str, scorer: str, beam_width: str, *files: str) -> None:
    """Load the model once, then transcribe each file with one call and print the transcript on a line."""
    model = deepspeech.Model(acoustic)
    model.enableExternalScorer(scorer)
    model.setBeamWidth(int(beam_width))
    for path in files:
        with wave.open(path) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        print(model.stt(samples))


if __name__ == "__main__":
    main(*sys.argv[1:])

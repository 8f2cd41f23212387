"""The example clips of the demo model. The model was not trained on their voices."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile

from .corpus import SAMPLE_RATE
from .evaluation import load
from .synthesis import espeak, flite

# The voice of each phrase: an espeak-ng voice of the test set, or flite's held-out voice.
VOICES = {
    "seven three zero one": "en-us+m3",
    "record forward stop": "en+f2",
    "four eight two six nine": "en-us+pedro",
    "open window please": "en-us+steph",
    "yes start play next": "en+robert",
    "five five zero one three": "en-us+Andrea",
    "cancel repeat help": "en-us+antonio",
    "seven one three": "rms",
}
SILENCE = int(0.2 * SAMPLE_RATE)  # before and after the phrase


def write(model_folder: Path, espeak_folder: Path, folder: Path) -> None:
    """Synthesise the clips, and write them with their transcripts to `folder`.

    Args:
        model_folder: The folder of the demo model, which must transcribe each clip correctly.
        espeak_folder: The folder that `synthesis.espeak_folder` prepared.
        folder: The folder to write to. It is created if it does not exist.

    Raises:
        RuntimeError: The model transcribes a clip incorrectly.
    """
    folder.mkdir(exist_ok=True)
    model = load(model_folder, with_scorer=True)
    transcripts = {}
    for text, voice in VOICES.items():
        words = ", ".join(text.split())  # with pauses, as one dictates
        clip = espeak(words, voice, espeak_folder, rate=145) if "+" in voice else flite(words, voice)
        clip = np.pad(clip, SILENCE)
        transcript = model.stt(clip).strip()
        if transcript != text:
            raise RuntimeError(f"{voice} says {text!r}, and the model transcribes {transcript!r}")
        name = text.replace(" ", "-") + ".wav"
        soundfile.write(folder / name, clip, SAMPLE_RATE, subtype="PCM_16")
        transcripts[name] = text
    (folder / "transcripts.json").write_text(json.dumps(transcripts, indent=2) + "\n")

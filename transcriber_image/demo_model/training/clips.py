"""The example clips that are shipped, all spoken by voices that the model never heard in training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile

from .corpus import SAMPLE_RATE
from .evaluation import load
from .synthesis import espeak, flite

# What is said, and by whom: an espeak-ng voice of the test, or the held-out voice of flite.
SAID = {
    "seven three zero one": "en-us+m3",
    "record forward stop": "en+f2",
    "four eight two six nine": "en-us+pedro",
    "open window please": "en-us+steph",
    "yes start play next": "en+robert",
    "five five zero one three": "en-us+Andrea",
    "cancel repeat help": "en-us+antonio",
    "seven one three": "rms",
}
SILENCE = int(0.2 * SAMPLE_RATE)  # on both sides


def write(model_folder: Path, espeak_folder: Path, folder: Path) -> None:
    """Speak the clips into `folder`, with their transcripts, and fail if the model gets one wrong."""
    folder.mkdir(exist_ok=True)
    model = load(model_folder, with_scorer=True)
    transcripts = {}
    for text, voice in SAID.items():
        words = ", ".join(text.split())  # with pauses, as one dictates
        clip = espeak(words, voice, espeak_folder, rate=145) if "+" in voice else flite(words, voice)
        clip = np.pad(clip, SILENCE)
        heard = model.stt(clip).strip()
        if heard != text:
            raise RuntimeError(f"{voice} says {text!r}, the model hears {heard!r}")
        name = text.replace(" ", "-") + ".wav"
        soundfile.write(folder / name, clip, SAMPLE_RATE, subtype="PCM_16")
        transcripts[name] = text
    (folder / "transcripts.json").write_text(json.dumps(transcripts, indent=2) + "\n")

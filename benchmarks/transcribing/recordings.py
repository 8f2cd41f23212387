"""Write recordings of any length: the demo model's clips one after another, with pauses as between sentences."""

from __future__ import annotations

import itertools
import wave
from collections.abc import Iterator
from pathlib import Path

from local.paths import DEMO_CLIPS

#: The format of the clips: 16 kHz, one channel of 16 bits.
_RATE = 16_000
_WIDTH = 2
#: In seconds. All are so short that the transcriber finds no segment without speech: it would skip that, and the other
#: programs would not.
_PAUSES = (0.4, 0.7, 1.1)


def write(folder: Path, seconds: int, files: int) -> list[Path]:
    """Write WAV files into a new folder, each `seconds` long. The speech continues from file to file."""
    folder.mkdir()
    paths = [folder / f"{number:04d}.wav" for number in range(files)]
    speech = _speech()
    piece = b""
    for path in paths:
        with wave.open(str(path), "wb") as file:
            file.setparams((1, _WIDTH, _RATE, 0, "NONE", ""))
            missing = seconds * _RATE * _WIDTH
            while missing:
                piece = piece or next(speech)
                file.writeframesraw(piece[:missing])
                piece, missing = piece[missing:], max(0, missing - len(piece))
    return paths


def _speech() -> Iterator[bytes]:
    """The samples of clips and pauses, endlessly repeated."""
    clips = []
    for path in sorted(DEMO_CLIPS.glob("*.wav")):
        with wave.open(str(path)) as file:
            clips.append(file.readframes(file.getnframes()))
    for clip, pause in zip(itertools.cycle(clips), itertools.cycle(_PAUSES)):
        yield clip
        yield bytes(int(pause * _RATE) * _WIDTH)

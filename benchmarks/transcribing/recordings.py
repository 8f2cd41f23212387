"""Recordings of any length: the demo model's clips one after another, with pauses like those between sentences."""

from __future__ import annotations

import itertools
import subprocess
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

from local.paths import DEMO_CLIPS, IMAGE_ENV, ROOT

#: The format of the clips: 16 kHz, one channel of 16 bits.
_RATE = 16_000
_WIDTH = 2
#: The pauses in seconds. They are so short that the transcriber finds no segment without speech. The transcriber would
#: skip such a segment, and the other programs would not.
_PAUSES = (0.4, 0.7, 1.1)


def write(folder: Path, seconds: int, files: int) -> list[Path]:
    """Write WAV files into a new folder. The speech at the end of a file continues in the next file.

    Args:
        folder: The folder to create.
        seconds: The length of each file.
        files: The number of files.

    Returns:
        The paths of the files.
    """
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


def encode(files: Sequence[Path], ending: str) -> list[Path]:
    """Write WAV files in another format, beside them.

    Args:
        files: The WAV files.
        ending: `mp3` or `m4a`.

    Returns:
        The paths of the new files.
    """
    python = IMAGE_ENV / "bin" / "python"
    command: list[str | Path] = [python, "-m", "benchmarks.transcribing.encode", ending, *files]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=True)
    return [path.with_suffix(f".{ending}") for path in files]


def _speech() -> Iterator[bytes]:
    """Yield the samples of a clip and of a pause by turns, without end."""
    clips = []
    for path in sorted(DEMO_CLIPS.glob("*.wav")):
        with wave.open(str(path)) as file:
            clips.append(file.readframes(file.getnframes()))
    for clip, pause in zip(itertools.cycle(clips), itertools.cycle(_PAUSES)):
        yield clip
        yield bytes(int(pause * _RATE) * _WIDTH)

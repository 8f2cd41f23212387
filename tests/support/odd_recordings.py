"""Recordings in many formats, with odd names, and with every kind of damage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float64]

#: File names that break programs that build shell commands, cut names at dots, or drop folders.
ODD_NAMES = (
    "plain.wav",
    "with space.wav",
    "a#1.wav",
    "a;echo PWNED;.wav",
    "talk(1).wav",
    "o'hara.wav",
    "$HOME.wav",
    "größe ü.wav",
    "50% off+more&=.wav",
    "2022.01.15-x.wav",
    "2022.01.16-x.wav",
    "LOUD.WAV",
    "x/a.wav",
    "y/a.wav",
    "deep/er/still/a b.wav",
)

#: Name → libsndfile subtype, sample rate in hertz, number of channels.
FORMATS = {
    "formats/8-khz.wav": ("PCM_16", 8_000, 1),
    "formats/44-khz-stereo.wav": ("PCM_16", 44_100, 2),
    "formats/16-khz-stereo.wav": ("PCM_16", 16_000, 2),
    "formats/8-bit.wav": ("PCM_U8", 16_000, 1),
    "formats/24-bit.wav": ("PCM_24", 48_000, 1),
    "formats/float.wav": ("FLOAT", 16_000, 1),
}

#: Name → the format of the file, as libsndfile names it. The content decides, not the name.
COMPRESSED = {
    "compressed/really-mp3.wav": "MP3",
    "compressed/talk.mp3": "MP3",
    "compressed/phone.OGG": "OGG",
    "compressed/archive.2.flac": "FLAC",
    "compressed/mac.aiff": "AIFF",
}

#: Name → the failure code of the file.
UNREADABLE = {
    "broken/empty.wav": "AUDIO_EMPTY",
    "broken/truncated.wav": "AUDIO_TRUNCATED",
    "broken/half.flac": "AUDIO_TRUNCATED",
    "broken/page.m4a": "AUDIO_NOT_WAV",
    "broken/really-text.wav": "AUDIO_NOT_WAV",
}

#: Readable audio without speech.
WORDLESS = ("quiet/blink.wav", "quiet/minute.wav")

#: A file that is not audio. A run leaves it in `input/`.
OTHER = "notes.txt"


def write_corpus(folder: Path, clip: Path) -> None:
    """Write all files that this module names to `folder`.

    Args:
        folder: The folder to fill.
        clip: A WAV file, 16 kHz and mono. Its words are the words of all readable files except those in `WORDLESS`.
    """
    samples, rate = soundfile.read(clip)
    for name in ODD_NAMES:
        _write(folder / name, lambda path: path.write_bytes(clip.read_bytes()))
    for name, (subtype, target, channels) in FORMATS.items():
        # A wrong text shows errors: stereo that is read as mono is slower, and so is audio that is not resampled.
        resampled = _resample(samples, rate, target)
        frames = np.column_stack([resampled] * channels)
        _write(folder / name, lambda path, f=frames, t=target, s=subtype: soundfile.write(path, f, t, s))
    _write(folder / "broken/empty.wav", lambda path: path.write_bytes(b""))
    _write(folder / "broken/truncated.wav", lambda path: path.write_bytes(clip.read_bytes()[:-9000]))
    for name, kind in COMPRESSED.items():
        _write(folder / name, lambda path, k=kind: soundfile.write(path, samples, rate, format=k))
    _write(folder / "broken/half.flac", lambda path: path.write_bytes(_half(folder / "compressed/archive.2.flac")))
    _write(folder / "broken/page.m4a", lambda path: path.write_text("<html>404 Not Found</html>"))
    _write(folder / "broken/really-text.wav", lambda path: path.write_text("I am not audio.\n" * 50))
    _write(folder / "quiet/blink.wav", lambda path: soundfile.write(path, np.zeros(rate // 20), rate))
    _write(folder / "quiet/minute.wav", lambda path: soundfile.write(path, np.zeros(rate * 60), rate))
    _write(folder / OTHER, lambda path: path.write_text("not audio\n"))


def _half(path: Path) -> bytes:
    content = path.read_bytes()
    return content[: len(content) // 2]


def _write(path: Path, make: Callable[[Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)


def _resample(samples: Samples, rate: int, target: int) -> Samples:
    """Return the samples at the rate `target`, resampled by a Fourier transform: not by the method under test."""
    length = round(len(samples) * target / rate)
    spectrum = np.fft.rfft(samples)
    fitted = np.zeros(length // 2 + 1, dtype=complex)
    kept = min(len(spectrum), len(fitted))
    fitted[:kept] = spectrum[:kept]
    return np.fft.irfft(fitted, length) * (length / len(samples))

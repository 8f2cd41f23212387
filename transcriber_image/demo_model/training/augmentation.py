"""Augmentation: random changes of the speed, vocal tract, room, microphone, noise, level and coding of clips.

The argument `strength`, from 0 to 1, scales all changes, so that training can start with almost unchanged audio. The
sample rate is 16 kHz. Full scale of float samples is 1.
"""

from __future__ import annotations

import io

import numpy as np
import soundfile
import soxr
from scipy import fft

from .corpus import SAMPLE_RATE, as_int16
from .features import STEP, mfcc

# Codings of libsndfile that change the sound, each with its file format and the sample rates at which recorders use it.
_CODINGS = (
    ("IMA_ADPCM", "WAV", (8000, 11025, 16000, 22050)),
    ("MS_ADPCM", "WAV", (8000, 11025, 16000, 22050)),
    ("G721_32", "AU", (8000, 16000)),
    ("GSM610", "WAV", (8000,)),
    ("ULAW", "WAV", (8000, 16000)),
    ("OPUS", "OGG", (8000, 16000)),
    ("MPEG_LAYER_III", "MP3", (8000, 16000, 22050)),
)


def resampled(samples: np.ndarray, factor: float) -> np.ndarray:
    """Return float samples as if played `factor` times as fast, so that pitch, formants and tempo change together."""
    return soxr.resample(samples, SAMPLE_RATE * factor, SAMPLE_RATE, quality="LQ")


def silence(seconds: float) -> np.ndarray:
    """Return digital silence of the given length, as float samples."""
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def faded(samples: np.ndarray, seconds: float) -> np.ndarray:
    """Return float samples that fade in at the start and out at the end. Each fade takes `seconds`.

    Without fades, a clip that is cut close to the speech begins and ends with a click.
    """
    ramp = np.minimum(np.arange(len(samples)) / (seconds * SAMPLE_RATE), 1).astype(np.float32)
    return samples * ramp * ramp[::-1]


def noise(length: int, rng: np.random.Generator, slope: float) -> np.ndarray:
    """Return random noise with a mean power of 1.

    Args:
        length: The number of samples.
        rng: The source of all random choices.
        slope: The amplitude is proportional to 1 / frequency ** slope: 0 gives white noise, 1 gives red noise.
    """
    spectrum = rng.normal(size=length // 2 + 1) + 1j * rng.normal(size=length // 2 + 1)
    spectrum /= np.maximum(np.arange(len(spectrum)), len(spectrum) / 100) ** slope
    samples = fft.irfft(spectrum.astype(np.complex64), length)
    return samples / np.sqrt(np.mean(samples**2))


def _channel(length: int, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Return a random frequency response, as of a microphone, a telephone or a small room.

    Args:
        length: The number of samples to which the response applies.
        rng: The source of all random choices.
        strength: How strong the changes are, from 0 to 1.

    Returns:
        The complex response, shape (length // 2 + 1,).
    """
    hertz = np.linspace(0, SAMPLE_RATE / 2, length // 2 + 1)
    response = np.ones(len(hertz), np.complex64)
    if rng.random() < 0.75:
        points = np.array([0, 150, 300, 600, 1200, 2400, 4800, 8000])
        tilt = rng.normal(0, 6 * strength) * np.linspace(-1, 1, len(points))
        decibels = rng.normal(0, 5 * strength, len(points)) + tilt
        response *= 10 ** (np.interp(hertz, points, decibels) / 20)
    if rng.random() < 0.4:  # as if it had been recorded at 8 kHz, or by telephone
        cutoff, width = rng.uniform(2600, 4000), rng.uniform(50, 600)
        response *= np.clip((cutoff + width / 2 - hertz) / width, 0, 1)
    if rng.random() < 0.2:
        response *= np.clip(hertz / rng.uniform(80, 350), 0, 1)
    if rng.random() < 0.3 * strength:
        decay = rng.uniform(0.08, 0.4)  # seconds until the room is 60 dB quieter
        time = np.arange(int(decay * SAMPLE_RATE)) / SAMPLE_RATE
        room = rng.normal(size=len(time)) * 10 ** (-3 * time / decay)
        room *= rng.uniform(0.1, 0.6) / np.sqrt(np.sum(room**2))
        room[0] = 1
        response *= fft.rfft(room, length).astype(np.complex64)
    return response


def utterance(pieces: list[np.ndarray], real: bool, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Return the features of one augmented utterance, shape (windows, 26).

    Args:
        pieces: Clips of one voice, int16 samples, joined in this order.
        real: Whether the voice is a person's.
        rng: The source of all random choices.
        strength: How strong the changes are, from 0 to 1.
    """
    factor = rng.uniform(1 - 0.13 * strength, 1 + 0.13 * strength) if real or rng.random() < 0.4 else 1.0
    starts_at_once = rng.random() < 0.35  # no silence before the first word
    parts = [] if starts_at_once else [silence(rng.uniform(0.02, 0.8))]
    for piece in pieces:
        samples = resampled(piece.astype(np.float32) / 32768, factor) * 10 ** rng.normal(0, 0.1)
        if rng.random() < 0.5:
            samples = faded(samples, rng.uniform(0.005, 0.04))
        parts += [samples, silence(rng.uniform(0.03, 0.45))]
    if rng.random() < 0.3:
        parts.pop()
    samples = np.concatenate(parts)
    samples = recorded(samples, rng, strength)
    if rng.random() < 0.15 * strength:
        samples = clipped(samples, rng)
    if rng.random() < 0.3 * strength:
        samples = coded(samples, rng)
    tempo = rng.uniform(1 - 0.18 * strength, 1 + 0.18 * strength)
    warp = rng.uniform(1 - 0.13 * strength, 1 + 0.13 * strength) if rng.random() < 0.8 else 1.0
    return mfcc(samples.astype(np.float32) / 32768, int(STEP * tempo), warp)


def recorded(samples: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Return float samples as a recorder could store them: with noise, changed by a channel, at a random level.

    Args:
        samples: The float samples.
        rng: The source of all random choices.
        strength: How strong the changes are, from 0 to 1.

    Returns:
        The recorded int16 samples, as many as `samples`.
    """
    length = fft.next_fast_len(len(samples) + SAMPLE_RATE // 5, real=True)
    loudness = np.sqrt(np.mean(samples**2)) + 1e-6
    noisy = rng.random() < 0.65
    if noisy:
        ratio = rng.uniform(40 - 32 * strength, 45)  # decibels
        hiss = noise(len(samples), rng, rng.uniform(0, 1)) * loudness * 10 ** (-ratio / 20)
    in_room = rng.random() < 0.5  # the noise is in the room, before the channel, or in the recorder, after it
    if noisy and in_room:
        samples = samples + hiss
    response = _channel(length, rng, strength)
    samples = fft.irfft(fft.rfft(samples.astype(np.float32), length) * response, length)[: len(samples)]
    if noisy and not in_room:
        samples = samples + hiss
    peak = 10 ** (rng.uniform(-26 * strength, 0) / 20)
    return as_int16(samples * (peak / (np.abs(samples).max() + 1e-6)))


def clipped(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return int16 samples as from a recorder that was set too loud: both halves of the wave, or one, are cut off.

    Args:
        samples: The int16 samples.
        rng: The source of all random choices.
    """
    peak = int(np.abs(samples.astype(np.int32)).max())
    low, high = peak * 10 ** (-rng.uniform(0, 20, size=2) / 20)
    if rng.random() < 0.5:
        low = high
    return np.clip(samples, -low, high).astype(np.int16)


def coded(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return int16 samples as they come out of a file with one of the codings that lose something.

    Args:
        samples: The int16 samples.
        rng: The source of all random choices.
    """
    coding, file_format, rates = _CODINGS[rng.integers(len(_CODINGS))]
    rate = int(rng.choice(rates))
    file = io.BytesIO()
    # Floats, because libsndfile 1.2 writes noise into some MP3 files from integers.
    soundfile.write(file, soxr.resample(samples / 32768, SAMPLE_RATE, rate), rate, coding, format=file_format)
    file.seek(0)
    return as_int16(soxr.resample(soundfile.read(file)[0], rate, SAMPLE_RATE))


def wordless(rng: np.random.Generator) -> np.ndarray:
    """Return the features, shape (windows, 26), of 0.1 to 6 s of silence or noise without speech."""
    length = int(rng.uniform(0.1, 6) * SAMPLE_RATE)
    if rng.random() < 0.25:
        return mfcc(np.zeros(length, np.float32))
    samples = noise(length, rng, rng.uniform(0, 1)) * 10 ** rng.uniform(-4.5, -1.5)
    return mfcc(as_int16(samples).astype(np.float32) / 32768)

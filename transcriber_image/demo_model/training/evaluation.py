"""The evaluation of the model with the unmodified `deepspeech` package, and the choice of the scorer's weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from deepspeech import Model
from scipy import signal

from .corpus import DEV, SAMPLE_RATE, Corpus, as_int16
from .errors import rate
from .package import BEAM_WIDTH, NAME

TESTS = (
    "espeak-test", "real-test", "espeak-words-test", "real-words-test", "flite-test", "festival-test",
    "espeak-jokes-test",
)  # fmt: skip
ALPHAS = (0.5, 1.0, 1.5, 2.0)
BETAS = (-1.0, 0.0, 1.0, 2.0, 3.0)


def load(folder: Path, with_scorer: bool, beam_width: int = BEAM_WIDTH) -> Model:
    """Load the demo model in `folder` as users of the `deepspeech` package do.

    Args:
        folder: The model folder.
        with_scorer: Whether to load the scorer, too.
        beam_width: The beam width.
    """
    model = Model(str(folder / f"{NAME}.pbmm"))
    model.setBeamWidth(beam_width)
    if with_scorer:
        model.enableExternalScorer(str(folder / f"{NAME}.scorer"))
    return model


def transcripts(model: Model, clips: list[np.ndarray]) -> list[str]:
    """Return the transcripts of clips (int16 samples at 16 kHz), in the same order."""
    return [model.stt(clip).strip() for clip in clips]


def tune(folder: Path, corpora: Path, clips: int = 80) -> tuple[float, float]:
    """Return the scorer's weights, alpha and beta, with the fewest errors on the tuning voices.

    Each clip is transcribed both clean and with noise, because clean clips have too few errors for a choice.

    Args:
        folder: The model folder.
        corpora: The folder with the corpora.
        clips: The maximum number of clips of each tuning corpus.
    """
    model = load(folder, with_scorer=True)
    audio_sets: list[tuple[list[str], list[np.ndarray]]] = []
    for corpus in (Corpus.load(corpora / f"{name}.npz") for name in DEV):
        audio_sets.append((corpus.texts[:clips], corpus.clips[:clips]))
        audio_sets.append((corpus.texts[:clips], [noisy(clip, 10) for clip in corpus.clips[:clips]]))
    results: list[tuple[float, float, float, float]] = []
    for alpha in ALPHAS:
        for beta in BETAS:
            model.setScorerAlphaBeta(alpha, beta)
            errors = [rate(texts, transcripts(model, audio)) for texts, audio in audio_sets]
            print(f"alpha {alpha}, beta {beta}:", *(f"{error:.2f} %" for error in errors), flush=True)
            results.append((round(sum(errors), 2), abs(beta), alpha, beta))  # of equal sums, the smallest |beta|
    return min(results)[2:]


def evaluate(folder: Path, corpora: Path) -> dict[str, object]:
    """Measure and return all figures of the demo model's README. Word error rates are in per cent.

    Args:
        folder: The model folder.
        corpora: The folder with the corpora.
    """
    plain, scored = load(folder, with_scorer=False), load(folder, with_scorer=True)
    sets: dict[str, object] = {}
    for name in TESTS:
        corpus = Corpus.load(corpora / f"{name}.npz")
        hypotheses = transcripts(scored, corpus.clips)
        sets[name] = {
            "clips": len(corpus),
            "words": sum(len(text.split()) for text in corpus.texts),
            "wer": round(rate(corpus.texts, hypotheses), 2),
            "wer_without_scorer": round(rate(corpus.texts, transcripts(plain, corpus.clips)), 2),
            "wer_by_voice": _by_voice(corpus, hypotheses),
        }
        print(name, json.dumps(sets[name]), flush=True)
    corpus = Corpus.load(corpora / "espeak-test.npz")
    conditions = {
        name: round(rate(corpus.texts, transcripts(scored, [change(clip) for clip in corpus.clips])), 2)
        for name, change in CONDITIONS.items()
    }
    print(json.dumps(conditions), flush=True)
    edges = {
        name: {"with_scorer": scored.stt(clip).strip(), "without_scorer": plain.stt(clip).strip()}
        for name, clip in edge_cases().items()
    }
    sizes = {name: (folder / name).stat().st_size for name in (f"{NAME}.pbmm", f"{NAME}.scorer")}
    return {"bytes": sizes, "sets": sets, "espeak-test_wer_when": conditions, "text_without_speech": edges}


def _by_voice(corpus: Corpus, hypotheses: list[str]) -> dict[str, float]:
    voices: dict[str, tuple[list[str], list[str]]] = {}
    for voice, reference, hypothesis in zip(corpus.voices, corpus.texts, hypotheses):
        # An espeak-ng voice is accent+variant. The figures are by variant.
        texts = voices.setdefault(voice.split("+")[-1].split()[-1], ([], []))
        texts[0].append(reference)
        texts[1].append(hypothesis)
    return {voice: round(rate(*texts), 1) for voice, texts in sorted(voices.items())}


def noisy(clip: np.ndarray, decibels: float) -> np.ndarray:
    """Return the clip with white noise that is `decibels` quieter than the clip."""
    noise = np.random.default_rng(len(clip)).normal(size=len(clip))
    level = np.sqrt(np.mean((clip / 32768) ** 2)) * 10 ** (-decibels / 20)
    return as_int16(clip / 32768 + noise * level)


def narrow(clip: np.ndarray) -> np.ndarray:
    """Return the clip as if it had been recorded at 8 kHz. Its sample rate is still 16 kHz."""
    return as_int16(signal.resample_poly(signal.resample_poly(clip / 32768, 1, 2), 2, 1))


def surrounded(clip: np.ndarray) -> np.ndarray:
    """Return the clip with a second of digital silence on both sides."""
    return np.pad(clip, SAMPLE_RATE)


CONDITIONS = {
    "recorded at 8 kHz": narrow,
    "white noise at 20 dB": lambda clip: noisy(clip, 20),
    "white noise at 10 dB": lambda clip: noisy(clip, 10),
    "a second of silence on both sides": surrounded,
    "20 dB quieter": lambda clip: as_int16(clip / 327680),
}


def edge_cases() -> dict[str, np.ndarray]:
    """Return clips without speech (int16 samples at 16 kHz) by their descriptions."""
    rng = np.random.default_rng(0)
    minute = 60 * SAMPLE_RATE
    return {
        "60 s of digital silence": np.zeros(minute, np.int16),
        "60 s of noise at -80 dBFS": as_int16(rng.normal(0, 1e-4, minute)),
        "60 s of noise at -60 dBFS": as_int16(rng.normal(0, 1e-3, minute)),
        "10 s of noise at -40 dBFS": as_int16(rng.normal(0, 1e-2, 10 * SAMPLE_RATE)),
        "0.05 s of digital silence": np.zeros(SAMPLE_RATE // 20, np.int16),
        "0.05 s of noise at -40 dBFS": as_int16(rng.normal(0, 1e-2, SAMPLE_RATE // 20)),
        "no samples": np.zeros(0, np.int16),
    }

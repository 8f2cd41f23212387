"""Speech of the synthesisers espeak-ng, flite and festival. Clips are int16 samples at 16 kHz, without silent ends.

An espeak-ng voice is called `accent+variant`. The accent is a language or dialect, and the variant changes the speaker.
"""

from __future__ import annotations

import hashlib
import io
import random
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
import soxr

from .accents import SPELLINGS, spellings
from .corpus import SAMPLE_RATE, Corpus, as_int16, trimmed
from .vocabulary import random_phrase
from .voices import write_invented

ESPEAK_DATA = Path("/usr/lib/x86_64-linux-gnu/espeak-ng-data")
PROCESSES = 2


def espeak_folder(folder: Path) -> Path:
    """Link espeak-ng's data into `folder`, add the invented variants, and return `folder`.

    Only English and the languages of `accents` are linked, because espeak-ng reads a limited number of voices.
    """
    data = folder / "espeak-ng-data"
    variants = data / "voices" / "!v"
    variants.mkdir(parents=True, exist_ok=True)
    languages = [path for path in ESPEAK_DATA.glob("lang/*/*") if path.name in SPELLINGS or path.name.startswith("en")]
    for language in languages:
        (data / "lang" / language.parent.name).mkdir(parents=True, exist_ok=True)
    kept = [path for path in ESPEAK_DATA.iterdir() if path.name not in ("voices", "lang")]
    for link, target in [
        *((data / path.name, path) for path in kept),
        *((data / path.relative_to(ESPEAK_DATA), path) for path in languages),
        *((variants / path.name, path) for path in (ESPEAK_DATA / "voices" / "!v").iterdir()),
    ]:
        if not link.exists():
            link.symlink_to(target)
    write_invented(variants)
    return folder


def espeak(text: str, voice: str, folder: Path, rate: int = 165, pitch: int = 50, gap: int = 0) -> np.ndarray:
    """Return a clip that espeak-ng speaks.

    Args:
        text: What to say.
        voice: The voice, as `accent+variant`.
        folder: The folder that `espeak_folder` prepared.
        rate: The speed, in words a minute.
        pitch: The pitch, from 0 to 99.
        gap: The additional pause between words, in units of 10 ms.
    """
    options = ["-v", voice, "-s", str(rate), "-p", str(pitch), "-g", str(gap)]
    command = ["espeak-ng", f"--path={folder}", *options]
    return _samples(subprocess.run([*command, "--stdout", text], check=True, capture_output=True).stdout)


def check_variants(variants: list[str], folder: Path) -> None:
    """Check that all variants sound different.

    If espeak-ng does not know a variant, it uses a default voice without an error.

    Args:
        variants: The names of the variants.
        folder: The folder that `espeak_folder` prepared.

    Raises:
        RuntimeError: Two variants have the same samples.
    """
    with ThreadPoolExecutor(PROCESSES) as pool:
        spoken = pool.map(lambda variant: espeak("seven", f"en-us+{variant}", folder).tobytes(), variants)
    seen: dict[str, str] = {}
    for variant, samples in zip(variants, spoken):
        digest = hashlib.sha256(samples).hexdigest()
        if digest in seen:
            raise RuntimeError(f"espeak-ng speaks with the same voice for {seen[digest]} and {variant}")
        seen[digest] = variant


def flite(text: str, voice: str, stretch: float = 1.0, pitch: float | None = None) -> np.ndarray:
    """Return a clip that flite speaks.

    Args:
        text: What to say.
        voice: The name of the voice.
        stretch: A factor for the duration. Speech with a factor above 1 is slower.
        pitch: The mean pitch in hertz, or `None` for the voice's own pitch.
    """
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.2f}"]
        command += ["--setf", f"int_f0_target_mean={pitch:.0f}"] if pitch else []
        subprocess.run([*command, "-t", text, "-o", file.name], check=True, capture_output=True)
        return _samples(Path(file.name).read_bytes())


def festival(phrases: list[tuple[str, float]], voice: str) -> list[np.ndarray]:
    """Return the clips of phrases that festival speaks, in the same order.

    A single process speaks all phrases, because festival takes long to start.

    Args:
        phrases: The text of each phrase, and a factor for its duration. Speech with a factor above 1 is slower.
        voice: The name of the voice.
    """
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"({voice})"]
        for number, (text, stretch) in enumerate(phrases):
            lines.append(f"(Parameter.set 'Duration_Stretch {stretch:.2f})")
            lines.append(f'(utt.save.wave (SynthText "{text}") "{folder}/{number}.wav" \'riff)')
        script = Path(folder) / "phrases.scm"
        script.write_text("\n".join(lines))
        subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True)
        return [_samples((Path(folder) / f"{number}.wav").read_bytes()) for number in range(len(phrases))]


def espeak_corpus(
    count: int,
    variants: list[str],
    accents: dict[str, float],
    folder: Path,
    rates: tuple[int, int],
    seed: str,
    confused: tuple[str, ...] = (),
    phrase: Callable[[random.Random], list[str]] = random_phrase,
) -> Corpus:
    """Return a corpus of random phrases that espeak-ng speaks. All properties are random, except for the variants.

    Args:
        count: The number of phrases.
        variants: The names of the variants, which take turns.
        accents: The weight of each accent in the random choice.
        folder: The folder that `espeak_folder` prepared.
        rates: The lowest and the highest speed, in words a minute.
        seed: The seed of all random choices.
        confused: Words that the model confuses. Every second phrase has one of them.
        phrase: Returns the words of a random phrase.
    """

    def speak(number: int) -> tuple[np.ndarray, str, str]:
        rng = random.Random(f"{seed} {number}")
        words = phrase(rng)
        if confused and rng.random() < 0.5:
            words[rng.randrange(len(words))] = rng.choice(confused)
        voice = f"{rng.choices(list(accents), list(accents.values()))[0]}+{variants[number % len(variants)]}"
        gap = rng.choice((0, 0, 0, 2, 4, 8, 12))
        clip = espeak(punctuated(words, rng), voice, folder, rng.randint(*rates), rng.randint(30, 70), gap)
        return clip, " ".join(words), f"espeak {voice}"

    return _collected(speak, count)


def accent_corpus(count: int, variants: list[str], folder: Path) -> Corpus:
    """Return a corpus of strings of 1 to 5 digits that espeak-ng speaks with foreign accents.

    Args:
        count: The number of strings. The languages take turns.
        variants: The names of the variants, of which each string gets a random one.
        folder: The folder that `espeak_folder` prepared.
    """

    def speak(number: int) -> tuple[np.ndarray, str, str]:
        rng = random.Random(f"accents {number}")
        language = list(SPELLINGS)[number % len(SPELLINGS)]
        ways = spellings(language)
        words = [rng.choice(list(ways)) for _ in range(rng.randint(1, 5))]
        spelled = punctuated([rng.choice(ways[word]) for word in words], rng)
        voice = f"{language}+{rng.choice(variants)}"
        clip = espeak(spelled, voice, folder, rng.randint(115, 200), rng.randint(30, 70), rng.choice((0, 2, 8)))
        return clip, " ".join(words), f"espeak {voice}"

    return _collected(speak, count)


def flite_corpus(count: int, voices: tuple[str, ...], seed: str) -> Corpus:
    """Return a corpus of `count` random phrases that flite speaks, at random speed and pitch. The voices take turns."""
    mean_pitch = {"slt": 170}  # in hertz; the male voices have about 110

    def speak(number: int) -> tuple[np.ndarray, str, str]:
        rng = random.Random(f"{seed} {number}")
        words, voice = random_phrase(rng), voices[number % len(voices)]
        pitch = mean_pitch.get(voice, 110) * rng.uniform(0.8, 1.3)
        clip = flite(punctuated(words, rng), voice, rng.uniform(0.75, 1.35), pitch)
        return clip, " ".join(words), f"flite {voice}"

    return _collected(speak, count)


def festival_corpus(count: int, voices: tuple[str, ...], seed: str) -> Corpus:
    """Return a corpus of random phrases that festival speaks at random speed, `count` phrases for each voice."""
    corpus = Corpus()
    for voice in voices:
        rng = random.Random(f"{seed} {voice}")
        phrases = [random_phrase(rng) for _ in range(count)]
        spoken = festival([(punctuated(words, rng), rng.uniform(0.75, 1.35)) for words in phrases], voice)
        for clip, words in zip(spoken, phrases):
            corpus.add(clip, " ".join(words), f"festival {voice}")
    return corpus


def punctuated(words: list[str], rng: random.Random) -> str:
    """Join words to a text. One text in three gets random commas and full stops, which change the melody."""
    if rng.random() < 2 / 3:
        return " ".join(words)
    return "".join(word + rng.choice((" ", " ", ", ", ". ")) for word in words).strip(" ,.")


def _collected(speak: Callable[[int], tuple[np.ndarray, str, str]], count: int) -> Corpus:
    corpus = Corpus()
    with ThreadPoolExecutor(PROCESSES) as pool:
        for clip, text, voice in pool.map(speak, range(count)):
            corpus.add(clip, text, voice)
    return corpus


def _samples(wav: bytes) -> np.ndarray:
    # espeak-ng writes a header of unknown length to a pipe, which libsndfile reads to the end of the data.
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
    return trimmed(as_int16(soxr.resample(samples, rate, SAMPLE_RATE) * 0.9))

"""Sets for teachings of words: a list of words, and random phrases that espeak-ng speaks.

The voices are test voices of the demo model, which no model heard. Those in `audio`, `test` and `others` differ.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.teaching.speller.words import heard_words, random_phrase
from transcriber_image.demo_model.training.vocabulary import COMMANDS, DIGITS

AUDIO_VOICES = ("m3", "Mike", "robert", "f2", "Andrea")
TEST_VOICES = ("rob", "pedro", "victor", "f5", "linda")
OTHERS_VOICES = ("m6", "antonio", "edward", "steph")
#: The names of the sets.
COMMANDS_SET, OTHER_WORDS_SET, DIGITS_SET, KNOWN_WORDS_SET = "commands", "other-words", "digits", "known-words"
#: Numbers of phrases. Of those in `audio`, 15 % are for tuning. Of those in `others`, 20 % are for the verdict, and the
#: rest is for the choice.
_AUDIO_PHRASES, _TEST_PHRASES, _OTHERS_PHRASES = 300, 140, 700
#: The number of words in the scorer of the base model that is taught other words. Of a scorer with at most 1,000, the
#: trainer lets espeak-ng speak phrases as a second guard set.
KNOWN_WORDS = 2000
#: The 500 words that were the most frequent ones in `docs/` when the list was made. No base model heard one of them.
_OTHER_WORDS = Path(__file__).parent / "other_words.txt"


def word_lists() -> Mapping[str, Sequence[str]]:
    """Return the words of each set that is taught, by the name of the set."""
    return {COMMANDS_SET: COMMANDS, OTHER_WORDS_SET: _OTHER_WORDS.read_text().split()}


def make(folder: Path) -> None:
    """Write the sets. Phrases with commands have digits, too, which their base model knows.

    `{set}/texts`, `{set}/audio`, `{set}/test` and `{set}/others` are for `WORDS`, `AUDIO`, `TEST` and `OTHERS` of
    `make teach`. The sets of digits and known words have no `audio` and no `test`, and only known words have `others`.

    Raises:
        subprocess.CalledProcessError: espeak-ng failed.
    """
    _write_list(folder / DIGITS_SET, DIGITS)
    known_words = heard_words()[:KNOWN_WORDS]
    _write_list(folder / KNOWN_WORDS_SET, known_words)
    _speak(folder / KNOWN_WORDS_SET / "others", known_words, OTHERS_VOICES, _OTHERS_PHRASES)
    for name, words in word_lists().items():
        _write_list(folder / name, words)
        spoken = [*words, *DIGITS] if name == COMMANDS_SET else words
        _speak(folder / name / "audio", spoken, AUDIO_VOICES, _AUDIO_PHRASES)
        _speak(folder / name / "test", spoken, TEST_VOICES, _TEST_PHRASES)


def _write_list(folder: Path, words: Sequence[str]) -> None:
    (folder / "texts").mkdir(parents=True)
    (folder / "texts" / "words.txt").write_text("".join(f"{word}\n" for word in words))


def _speak(folder: Path, words: Sequence[str], voices: Sequence[str], count: int) -> None:
    """Write random phrases as recordings with texts. The voices take turns."""
    folder.mkdir()
    choices = random.Random(f"{folder.parent.name} {folder.name}")  # noqa: S311 - phrases need no secrecy
    for number in range(count):
        text = " ".join(random_phrase(words, choices))
        voice = f"{choices.choice(('en-us', 'en'))}+{voices[number % len(voices)]}"
        speed, pitch = choices.randint(130, 190), choices.randint(30, 70)
        command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch)]
        subprocess.run([*command, "-w", folder / f"{number:03}.wav", "--", text], check=True)
        (folder / f"{number:03}.txt").write_text(text + "\n")

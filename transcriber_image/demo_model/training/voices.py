"""The voices for training, for tuning, and for the test.

A variant of espeak-ng is a set of changes to a voice, above all to its formants, the resonances of the vocal tract. The
test voices were chosen before the first training. Siblings are variants with the same formants as a test or tuning
voice. They are left out of training, because the model would otherwise know that voice.
"""

from __future__ import annotations

import random
from pathlib import Path

# British English is `en`, because espeak-ng 1.51 ignores the variant in `en-gb+variant` without an error.
ACCENTS = {
    "en-us": 0.46, "en": 0.24, "en-gb-x-rp": 0.1, "en-gb-scotland": 0.08, "en-gb-x-gbclan": 0.06,
    "en-029": 0.06,
}  # fmt: skip
TEST_ACCENTS = ("en-us", "en", "en-gb-x-rp")

# For the test only: ordinary, human-like voices.
ESPEAK_TEST = (
    "m3", "Mike", "m6", "robert", "rob", "pedro", "antonio", "victor", "edward",
    "f2", "f5", "Andrea", "steph", "linda",
)  # fmt: skip
ESPEAK_TEST_SIBLINGS = ("edward2", "steph2", "steph3", "quincy", "Denis", "belinda", "aunty")

# For tuning the scorer's weights only.
ESPEAK_DEV = ("m4", "Gene", "m1", "f3")
ESPEAK_DEV_SIBLINGS = ("Gene2",)

# Whispers, croaks, robots and parodies: for a test of their own.
# (caleb and klatt6 are left out: in 1.51 they sound exactly like klatt.)
ESPEAK_JOKES = (
    "whisper", "whisperf", "croak", "zac", "Alicia", "travis", "UniRobot", "anikaRobot", "Demonic",
    "kaukovalta", "announcer", "AnxiousAndy", "RicishayMax", "RicishayMax2", "RicishayMax3", "robosoft",
    "robosoft2", "robosoft3", "robosoft4", "robosoft5", "robosoft6", "robosoft7", "robosoft8",
    "Tweaky", "fast",
)  # fmt: skip

ESPEAK_TRAIN = (
    "m2", "m5", "m7", "m8", "f1", "f4", "Alex", "Andy", "Annie", "Diogo", "Henrique", "Hugo", "Jacky",
    "Lee", "Marco", "Mario", "Michael", "Nguyen", "Storm", "adam", "anika", "benjamin", "boris", "david",
    "ed", "grandma", "grandpa", "gustave", "iven", "iven2", "iven3", "iven4", "john", "klatt", "klatt2",
    "klatt3", "klatt4", "klatt5", "marcelo", "max", "michel", "miguel", "norbert", "pablo", "paul",
    "sandro", "shelby",
)  # fmt: skip

FLITE_TRAIN = ("awb", "slt", "kal16")
FLITE_TEST = ("rms",)
FESTIVAL_TRAIN = ("voice_kal_diphone", "voice_cmu_us_slt_arctic_hts")
FESTIVAL_TEST = ("voice_ked_diphone",)

# Free Spoken Digit Dataset: real people. lucas is for the test only; the first takes of the others are for tuning.
REAL_TRAIN = ("jackson", "nicolas", "theo")
REAL_TEST = ("lucas",)
REAL_DEV_TAKES = 5

# espeak-ng reads at most 349 voices and variants. It uses a default voice for all others, without an error.
INVENTED = 220


def invented_names() -> list[str]:
    """Return the names of the variants that `write_invented` writes."""
    return [f"invented{number}" for number in range(INVENTED)]


def write_invented(folder: Path) -> None:
    """Write random espeak-ng variants to `folder`.

    The variants imitate vocal tracts of many sizes. espeak-ng's own variants are too few for training.
    """
    rng = random.Random("invented")
    for name in invented_names():
        (folder / name).write_text(_variant(name, rng))


def _variant(name: str, rng: random.Random) -> str:
    female = rng.random() < 0.5
    base = rng.uniform(130, 225) if female else rng.uniform(62, 135)
    top = base * rng.uniform(1.1, 1.7)
    size = rng.uniform(1.0, 1.27) if female else rng.uniform(0.84, 1.1)
    lines = [
        "language variant",
        f"name {name}",
        f"gender {'female' if female else 'male'}",
        f"pitch {base:.0f} {top:.0f}",
        f"voicing {rng.uniform(70, 150):.0f}",
        f"consonants {rng.uniform(60, 130):.0f} {rng.uniform(60, 130):.0f}",
        f"flutter {rng.choice((0, 2, 2, 5, 10))}",
        f"roughness {rng.choice((0, 0, 1, 2, 4))}",
    ]
    tilt = rng.uniform(0.8, 1.05)  # the strength of each formant relative to the one below
    for number in range(9):
        frequency = 100 * size * rng.uniform(0.94, 1.06)
        strength = min(180, 100 * tilt**number * rng.uniform(0.7, 1.4))
        lines.append(f"formant {number} {frequency:.0f} {strength:.0f} {rng.uniform(75, 160):.0f}")
    if rng.random() < 0.3:
        lines.append(f"klatt {rng.randint(1, 6)}")
    if rng.random() < 0.25:
        breath = " ".join(str(rng.randint(0, 6)) for _ in range(8))
        lines.append(f"breath {breath}")
    if rng.random() < 0.15:
        lines.append(f"echo {rng.randint(20, 130)} {rng.randint(5, 15)}")
    if rng.random() < 0.3:
        tone = rng.randint(120, 255), rng.randint(60, 255), rng.randint(30, 200)
        lines.append("tone 600 {} 1200 {} 2000 {}".format(*tone))
    return "\n".join(lines) + "\n"

"""All speech of a teaching: the set by its parts, and the rehearsed speech and the guards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.data.finding import Finding
from trainer.data.preparation import prepare
from trainer.data.split import split
from trainer.data.suspect_labels import split_suspects
from trainer.data.synthetic_speech import GUARD_VOICES, REHEARSED_VOICES, can_speak, small_vocabulary, speak
from trainer.data.teaching_set import read_set
from trainer.data.utterance import Utterance
from trainer.errors import SetTooSmall
from trainer.network.acoustic_model import AcousticModel

#: Numbers of synthetic rehearsed phrases and of phrases of the guard.
_REHEARSED_PHRASES, _GUARD_PHRASES = 500, 160
#: Name of the guard set of synthetic voices.
SYNTHETIC = "espeak-ng"


@dataclass(frozen=True, eq=False)
class GuardSpeech:
    """Other speech, which must not become worse. One half chooses among mixtures, the other half decides."""

    name: str
    choosing: Sequence[Utterance]
    deciding: Sequence[Utterance]


@dataclass(frozen=True, eq=False)
class TaughtSpeech:
    """The speech of a teaching."""

    train: Sequence[Utterance]
    tuning: Sequence[Utterance]
    test: Sequence[Utterance]
    rehearsed: Sequence[Utterance]
    guards: Sequence[GuardSpeech]
    findings: Sequence[Finding]


def read_speech(
    folder: Path, model: AcousticModel, scorer: Path | None, *, test: Path | None = None, others: Path | None = None
) -> TaughtSpeech:
    """Read, check and split all speech.

    Args:
        folder: the teaching set.
        model: the base model.
        scorer: its scorer. If it has few words and espeak-ng is installed, synthetic voices are rehearsed.
        test: another folder with a set that is for the test only, or `None` to take the test from `folder`. The
            recordings of `folder` for the test are never trained on, so that they can be a test later.
        others: a folder with a set of other speech, or `None`.

    Raises:
        SetInvalid: a folder contains nothing that can be taught.
        SetTooSmall: nothing is left to learn from or to tune with.
        AlphabetForeign: most texts contain letters that the model cannot write.
    """
    prepared = prepare(read_set(folder), model)
    utterances, suspects = split_suspects(prepared.utterances, model)
    findings = [*prepared.findings, *suspects]
    parts = split(utterances)
    train, tuning, tested = parts.train, parts.tuning, parts.test
    if test is not None:
        separate = prepare(read_set(test), model)
        findings += separate.findings
        tested = separate.utterances
        digests = {utterance.digest for utterance in tested}
        train = tuple(utterance for utterance in train if utterance.digest not in digests)
        tuning = tuple(utterance for utterance in tuning if utterance.digest not in digests)
    if not train or not tuning:
        raise SetTooSmall(
            f"Of {len(utterances)} usable recordings, {len(train)} are to learn from, {len(tuning)} for tuning and "
            f"{len(tested)} for the test. Add recordings: at least 30 sentences, better five minutes or more."
        )
    rehearsed, guards = _synthetic_speech(model, scorer)
    if others is not None:
        other = prepare(read_set(others), model)
        findings += other.findings
        other_parts = split(other.utterances)
        rehearsed = [*rehearsed, *other_parts.train]
        guards.append(GuardSpeech(others.name, other_parts.tuning, other_parts.test))
    return TaughtSpeech(train, tuning, tested, rehearsed, guards, findings)


def _synthetic_speech(model: AcousticModel, scorer: Path | None) -> tuple[list[Utterance], list[GuardSpeech]]:
    words = small_vocabulary(scorer, model)
    if not words or not can_speak():
        return [], []
    rehearsed = speak(words, REHEARSED_VOICES, _REHEARSED_PHRASES, model, seed=1)
    guard = speak(words, GUARD_VOICES, _GUARD_PHRASES, model, seed=2)
    half = len(guard) // 2
    return rehearsed, [GuardSpeech(SYNTHETIC, guard[:half], guard[half:])]

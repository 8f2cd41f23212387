"""All speech of a teaching: the set by its parts, and the rehearsed speech and the guards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.data.finding import Finding, FindingCode
from trainer.data.preparation import prepare
from trainer.data.split import SplitSet, split
from trainer.data.suspect_labels import split_suspects
from trainer.data.synthetic_speech import GUARD_VOICES, REHEARSED_VOICES, can_speak, small_vocabulary, speak
from trainer.data.teaching_set import TeachingSet, read_set
from trainer.data.utterance import Utterance
from trainer.errors import SetTooSmall
from trainer.network.acoustic_model import AcousticModel

#: Numbers of synthetic rehearsed phrases and of phrases of the guard.
_REHEARSED_PHRASES, _GUARD_PHRASES = 500, 160
#: Name of the guard set of synthetic voices.
SYNTHETIC = "espeak-ng"


@dataclass(frozen=True, eq=False)
class GuardSpeech:
    """Other speech, which must not become worse. One part chooses among mixtures or scorers, the other decides."""

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
    teaching_set = read_set(folder)
    parts, findings = read_parts(teaching_set, model, test)
    findings += [_unused_text(path.relative_to(folder)) for path in teaching_set.texts]
    if not parts.train or not parts.tuning:
        counts = [len(part) for part in (parts.train, parts.tuning, parts.test)]
        raise SetTooSmall(
            f"Of {sum(counts)} usable recordings, {counts[0]} are to learn from, {counts[1]} for tuning and "
            f"{counts[2]} for the test. Add recordings: at least 30 sentences, better five minutes or more."
        )
    rehearsed, guards = _synthetic_speech(model, scorer)
    if others is not None:
        other = prepare(read_set(others), model)
        findings = [*findings, *other.findings]
        other_parts = split(other.utterances)
        rehearsed = [*rehearsed, *other_parts.train]
        guards.append(GuardSpeech(others.name, other_parts.tuning, other_parts.test))
    return TaughtSpeech(parts.train, parts.tuning, parts.test, rehearsed, guards, findings)


def read_parts(teaching_set: TeachingSet, model: AcousticModel, test: Path | None) -> tuple[SplitSet, list[Finding]]:
    """Check and split a set, and read the test from another folder if there is one.

    Args:
        teaching_set: the set.
        model: the base model.
        test: a folder with a set that is for the test only, or `None`. The set's own recordings for the test are then
            left out.

    Returns:
        The parts, of which no two contain the same recording, and what is wrong with recordings.
    """
    prepared = prepare(teaching_set, model)
    utterances, suspects = split_suspects(prepared.utterances, model)
    parts, findings = split(utterances), [*prepared.findings, *suspects]
    if test is None:
        return parts, findings
    separate = prepare(read_set(test), model)
    digests = {utterance.digest for utterance in separate.utterances}
    train, tuning = (
        tuple(utterance for utterance in part if utterance.digest not in digests)
        for part in (parts.train, parts.tuning)
    )
    return SplitSet(train, tuning, separate.utterances), [*findings, *separate.findings]


def synthetic_guard(model: AcousticModel, scorer: Path | None) -> list[GuardSpeech]:
    """Return phrases of the scorer's words as a guard set, if they are few and espeak-ng is installed."""
    words = small_vocabulary(scorer, model)
    if not words or not can_speak():
        return []
    guard = speak(words, GUARD_VOICES, _GUARD_PHRASES, model, seed=2)
    half = len(guard) // 2
    return [GuardSpeech(SYNTHETIC, guard[:half], guard[half:])]


def _unused_text(path: Path) -> Finding:
    message = "There is no recording beside it. Its words can be taught: TEACH=words or both."
    return Finding(FindingCode.TEXT_WITHOUT_AUDIO, path.as_posix(), message)


def _synthetic_speech(model: AcousticModel, scorer: Path | None) -> tuple[list[Utterance], list[GuardSpeech]]:
    guards = synthetic_guard(model, scorer)
    if not guards:
        return [], []
    return speak(small_vocabulary(scorer, model), REHEARSED_VOICES, _REHEARSED_PHRASES, model, seed=1), guards

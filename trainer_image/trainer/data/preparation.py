"""Preparation: each recording of a set is decoded, checked and written in the letters of the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from trainer.data.finding import Finding, FindingCode
from trainer.data.recording import TaughtRecording
from trainer.data.recording_audio import RecordingAudio, UnknownChannel
from trainer.data.teaching_set import TeachingSet
from trainer.data.transcript_text import NormalisedText, normalise
from trainer.data.utterance import Samples, Utterance
from trainer.errors import AlphabetForeign
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import FRAMES, Example
from transcription.contract.errors import InputError

#: Loudest sample of a recording that counts as silent: -60 dB.
_SILENT = 33
#: Share of samples at full scale from which a recording counts as clipped.
_CLIPPED_SHARE = 0.002
_FULL_SCALE = 32767
#: Seconds of audio per letter from which a text counts as short.
_SECONDS_PER_LETTER = 1.0
#: Share of a set's recordings with unknown letters from which the set is in another alphabet.
_FOREIGN_SHARE = 0.5
#: How many letters a message names.
_NAMED_LETTERS = 12


@dataclass(frozen=True)
class PreparedSet:
    """The utterances of a set, and what is wrong with its recordings."""

    utterances: tuple[Utterance, ...]
    findings: tuple[Finding, ...]
    #: How often the texts contain each letter that the alphabet of the model lacks.
    unknown_letters: Counter[str]


def prepare(teaching_set: TeachingSet, model: AcousticModel) -> PreparedSet:
    """Decode and check all recordings of a set.

    Raises:
        AlphabetForeign: most texts contain letters that the model cannot write.
    """
    findings = list(teaching_set.findings)
    utterances: list[Utterance] = []
    unknown: Counter[str] = Counter()
    audio = RecordingAudio(model.sample_rate)
    for recording in teaching_set.recordings:
        utterance, problems = _prepare_recording(recording, model, audio, unknown)
        findings += problems
        if utterance is not None and not any(problem.excludes for problem in problems):
            utterances.append(utterance)
    foreign = sum(finding.code == FindingCode.LETTERS_UNKNOWN for finding in findings)
    if foreign > _FOREIGN_SHARE * len(teaching_set.recordings):
        raise AlphabetForeign(
            f"{foreign} of {len(teaching_set.recordings)} texts contain letters that the model cannot write: "
            f"{name_letters(unknown)}. The model knows {''.join(model.letters)!r}. Teach a model of this language."
        )
    kept, repeated = _drop_repeated(utterances)
    return PreparedSet(tuple(kept), (*findings, *repeated), unknown)


def needed_frames(letters: Sequence[int]) -> int:
    """Return how many frames CTC needs at least for a text: one a letter, and a blank between two equal letters."""
    return len(letters) + sum(first == second for first, second in pairwise(letters))


def name_letters(letters: Counter[str]) -> str:
    """Return a text that names the most frequent letters with their counts."""
    named = [f"{letter!r} {count}×" for letter, count in letters.most_common(_NAMED_LETTERS)]  # noqa: RUF001
    more = len(letters) - len(named)
    return ", ".join(named) + (f" and {more} more letters" if more > 0 else "")


def _prepare_recording(
    recording: TaughtRecording, model: AcousticModel, audio: RecordingAudio, unknown: Counter[str]
) -> tuple[Utterance | None, list[Finding]]:
    """Return the utterance of a recording, or `None` if there is none, and the findings.

    Args:
        recording: the recording.
        model: the model.
        audio: the decoder of recordings.
        unknown: a counter, to which the letters are added that the model cannot write.
    """
    normalised = normalise(recording.text, model.letters)
    unknown.update(normalised.unknown)
    problem = _text_problem(normalised)
    if problem is None and not recording.path.is_file():
        problem = FindingCode.AUDIO_MISSING, f"There is no file {recording.path}."
    if problem is not None:
        return None, [Finding(problem[0], recording.name, problem[1])]
    try:
        samples = audio.samples(recording)
    except UnknownChannel as error:
        return None, [Finding(FindingCode.CHANNEL_UNKNOWN, recording.name, error.message)]
    except (InputError, OSError) as error:
        return None, [Finding(FindingCode.AUDIO_UNREADABLE, recording.name, str(error))]
    letters = tuple(model.letters.index(letter) for letter in normalised.text)
    example = Example(model.features(samples), letters)
    utterance = Utterance(recording, samples, normalised.text, example, len(samples) / model.sample_rate)
    problems = _audio_problems(samples, utterance)
    return utterance, [Finding(code, recording.name, message) for code, message in problems]


def _text_problem(normalised: NormalisedText) -> tuple[FindingCode, str] | None:
    """Return what is wrong with a text, or `None`."""
    if normalised.has_digits:
        message = "Write digits as the words that were said, such as “one one zero” or “a hundred and ten”."
        return FindingCode.TEXT_HAS_DIGITS, message
    if normalised.unknown:
        return FindingCode.LETTERS_UNKNOWN, f"The model cannot write {name_letters(normalised.unknown)}."
    return None if normalised.text else (FindingCode.TEXT_EMPTY, "The text contains no word.")


def _audio_problems(samples: Samples, utterance: Utterance) -> list[tuple[FindingCode, str]]:
    """Return what is wrong with a recording, and messages about it."""
    if len(utterance.example.features) > FRAMES[-1]:
        message = f"It has {utterance.seconds:.0f} s. Cut it into sentences of at most 30 s, each with its text."
        return [(FindingCode.AUDIO_TOO_LONG, message)]
    loudest = int(np.abs(samples.astype(np.int32)).max(initial=0))
    if loudest <= _SILENT:
        return [(FindingCode.AUDIO_SILENT, f"Its loudest sample is {loudest} of 32,767.")]
    letters = utterance.example.letters
    needed, frames = needed_frames(letters), len(utterance.example.features)
    if needed > frames:
        message = (
            f"The text has {len(letters)} letters, too many for {utterance.seconds:.2f} s of audio. Does it belong to "
            "another recording?"
        )
        return [(FindingCode.TEXT_TOO_LONG, message)]
    problems = []
    clipped = float(np.mean(np.abs(samples.astype(np.int32)) >= _FULL_SCALE))
    if clipped > _CLIPPED_SHARE:
        problems.append((FindingCode.AUDIO_CLIPPED, f"{clipped:.1%} of its samples are at full scale."))
    if utterance.seconds > _SECONDS_PER_LETTER * len(letters):
        message = f"{utterance.seconds:.1f} s for {len(letters)} letters. Is the text complete?"
        problems.append((FindingCode.TEXT_SHORT, message))
    return problems


def _drop_repeated(utterances: Sequence[Utterance]) -> tuple[list[Utterance], list[Finding]]:
    """Drop repetitions of the same audio, and all copies of audio with different texts."""
    by_digest: dict[str, list[Utterance]] = {}
    for utterance in utterances:
        by_digest.setdefault(utterance.digest, []).append(utterance)
    kept, findings = [], []
    for copies in by_digest.values():
        names = ", ".join(copy.recording.name for copy in copies)
        if len({copy.text for copy in copies}) > 1:
            message = f"The same audio has different texts: {names}."
            findings += [Finding(FindingCode.TEXTS_CONTRADICT, copy.recording.name, message) for copy in copies]
            continue
        kept.append(copies[0])
        message = f"It is the same audio as {copies[0].recording.name}."
        findings += [Finding(FindingCode.AUDIO_REPEATED, copy.recording.name, message) for copy in copies[1:]]
    return kept, findings

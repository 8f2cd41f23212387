"""The evaluation of one model: the nightly engine hears recordings with known texts, and its errors are counted."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from trainer.data.finding import Finding
from trainer.data.preparation import prepare
from trainer.data.split import split
from trainer.data.teaching_set import read_set
from trainer.data.utterance import Utterance
from trainer.errors import SetTooSmall
from trainer.evaluation.heard_words import word_changes
from trainer.evaluation.word_errors import WordErrors, compare
from trainer.network.acoustic_model import AcousticModel
from trainer.recognition import recogniser_process
from transcriber.model.model_folder import open_folder
from transcription.contract.evaluation import TEST, HeardRecording, LeftOut, ModelResult

_log = logging.getLogger(__name__)


def evaluate(audio: Path, folder: Path, part: str) -> ModelResult:
    """Let a model hear the recordings of a set.

    Args:
        audio: the folder of the set. Paths in it are keys in the bucket.
        folder: the folder of the model, whose name is that of the model.
        part: `test` for the recordings that no teaching learns from, `all` for all.

    Raises:
        SetInvalid, SetTooSmall: there is no recording that can be used.
        AlphabetForeign: most texts contain letters that the model cannot write.
        ModelInvalid, RecogniserFailed: the model cannot be used.
    """
    prepared = prepare(read_set(audio), AcousticModel(open_folder(folder).acoustic))
    utterances = split(prepared.utterances).test if part == TEST else prepared.utterances
    if not utterances:
        raise SetTooSmall(
            f"Of {len(prepared.utterances)} recordings that can be used, none is for the test. Add recordings, or "
            "choose all in the field Recordings."
            if prepared.utterances
            else f"None of the recordings can be used: {_reasons(prepared.findings)}."
        )
    _log.info("%s hears %d recordings", folder.name, len(utterances))
    heard = recogniser_process.measure(folder, [utterance.samples for utterance in utterances])
    comparison = compare([utterance.text for utterance in utterances], heard.texts)
    return ModelResult(
        model=folder.name,
        recordings=tuple(
            _heard(audio, utterance, text, errors)
            for utterance, text, errors in zip(utterances, heard.texts, comparison.errors, strict=True)
        ),
        left_out=tuple(
            LeftOut(finding.recording, finding.code.value, finding.message)
            for finding in prepared.findings
            if finding.excludes
        ),
        wrong_words=dict(comparison.wrong_words),
        cpu_seconds=round(heard.cpu_seconds, 3),
    )


def _heard(audio: Path, utterance: Utterance, text: str, errors: WordErrors) -> HeardRecording:
    recording, excerpt = utterance.recording, utterance.recording.excerpt
    # A table may name a recording outside of the folder, which then has no key.
    is_stored = recording.path.is_relative_to(audio)
    return HeardRecording(
        key=recording.path.relative_to(audio).as_posix() if is_stored else recording.name,
        seconds=round(utterance.seconds, 3),
        changes=word_changes(utterance.text, text),
        mistakes=errors,
        start=round(excerpt.start, 3) if excerpt else None,
        end=round(excerpt.end, 3) if excerpt else None,
    )


def _reasons(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({finding.code.value for finding in findings})) or "there are none"

"""The teaching of sound and words: the acoustic model learns first, then a scorer for what it hears."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.data.finding import FindingCode
from trainer.data.taught_words import read_words_and_speech
from trainer.decision.both_report import BothReport
from trainer.decision.model_pair import ModelPair
from trainer.decision.promotion import Decision, MeasuredChange, decide
from trainer.decision.teaching_report import TeachingReport
from trainer.decision.words_report import WordsReport
from trainer.network.acoustic_model import AcousticModel
from trainer.teaching import TeachingRequest, teach
from trainer.training.recipe import TrainingRecipe
from trainer.word_teaching import WordsRequest, refuse_bytes, teach_words
from trainer.writing.model_folder_writer import keep_lineage
from trainer.writing.whole_folder import whole_folder
from transcriber.model.model_folder import open_folder

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Result:
    """What came of both parts, and the folder of the model that is used, if one is."""

    decision: Decision
    test: MeasuredChange
    guards: Mapping[str, MeasuredChange]
    model: Path | None


def teach_both(request: TeachingRequest, recipe: TrainingRecipe, texts: Path | None = None) -> BothReport:
    """Teach sound and words, and write the report and, if it is better, the model.

    The words follow the sound, because the weights of a scorer fit one acoustic model. If only one of them is better,
    the new model has that one alone. A model that is not better is not written.

    Args:
        request: the recordings, the base model, and the folders to write.
        recipe: how the sound is taught.
        texts: a folder with texts, whose words are taught, too, or `None`. The words of the recordings to learn from
            and of texts among them are taught in any case.

    Raises:
        TranscriptionError: the set or the base model cannot be used, or a written model does not work.
        TeachingInterrupted: the keeper was interrupted while a training was at work.
    """
    base = open_folder(request.base)
    model = AcousticModel(base.acoustic)
    # Before a training that takes an hour, not after it.
    refuse_bytes(base, model)
    if texts is not None:
        read_words_and_speech(texts, model, None)
    request.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=request.work, prefix="both-") as name:
        for_sound, for_words = (Path(name) / part / request.out.name for part in ("sound", "words"))
        _log.info("teaching sound")
        sound = teach(replace(request, out=for_sound), recipe)
        start = for_sound if sound.decision.is_used else request.base
        _log.info("teaching words")
        folder, audio = (texts, request.audio) if texts else (request.audio, None)
        words_request = WordsRequest(
            folder, start, for_words, request.work, audio, request.test, request.others, recipe.guard_points
        )
        words = teach_words(words_request)
        if sound.decision.is_used and words.decision.is_used:
            keep_lineage(for_sound, for_words)
        result = _choose(words_request, request.base, (sound, for_sound), (words, for_words))
        # The words of these texts were taught.
        findings = [finding for finding in sound.findings if finding.code != FindingCode.TEXT_WITHOUT_AUDIO]
        report = BothReport(sound.base, result.decision, result.test, result.guards, findings, sound, words)
        _deliver(request.out, result.model, report)
    return report


def _choose(
    request: WordsRequest,
    base: Path,
    taught_sound: tuple[TeachingReport, Path],
    taught_words: tuple[WordsReport, Path],
) -> _Result:
    """Return the last model that is better than the base model. Two parts may do harm that neither does alone.

    Args:
        request: what the words were taught from, and what they were measured with.
        base: the base model of the whole teaching.
        taught_sound: the report of the sound, and the folder of its model.
        taught_words: the same of the words.
    """
    (sound, for_sound), (words, for_words) = taught_sound, taught_words
    if sound.decision.is_used and words.decision.is_used:
        test, guards = _measure(request, base)
        decision = decide(test, guards, request.guard_points)
        if decision.is_used:
            return _Result(decision, test, guards, for_words)
        reason = f"{sound.decision.reason} With the new scorer, too: {decision.reason} So that scorer is not used."
        return _Result(replace(sound.decision, reason=reason), sound.test, sound.guards, for_sound)
    if sound.decision.is_used:
        return _Result(sound.decision, sound.test, sound.guards, for_sound)
    if words.decision.is_used:
        return _Result(words.decision, words.test, words.guards, for_words)
    reasons = f"Sound: {sound.decision.reason} Words: {words.decision.reason}"
    return _Result(Decision(sound.decision.verdict, reasons), sound.test, sound.guards, None)


def _measure(request: WordsRequest, base_folder: Path) -> tuple[MeasuredChange, dict[str, MeasuredChange]]:
    """Return the change from the base model to the one with sound and words: in the test, and in the guard sets."""
    _log.info("measuring the base model and the new model")
    base = open_folder(base_folder)
    old, new = AcousticModel(base.acoustic), AcousticModel(open_folder(request.out).acoustic)
    speech = read_words_and_speech(
        request.words, old, base.scorer, audio=request.audio, test=request.test, others=request.others
    )
    pair = ModelPair(base_folder, old, request.out, new)
    return pair.compare(speech.test)[0], {guard.name: pair.compare(guard.deciding)[0] for guard in speech.guards}


def _deliver(out: Path, model: Path | None, report: BothReport) -> None:
    """Move the model to its place, and write the report beside it."""
    with whole_folder(out) as folder:
        if model is not None:
            for file in model.iterdir():
                shutil.move(file, folder / file.name)
        (folder / "report.json").write_bytes(report.as_json())
        (folder / "report.md").write_text(report.as_markdown(), encoding="utf-8")

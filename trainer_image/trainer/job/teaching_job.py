"""One teaching as a Batch job: fetch the order and the data, teach, store the outcome."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

from trainer import bucket_process
from trainer.decision.both_report import BothReport
from trainer.decision.promotion import MeasuredChange, Verdict
from trainer.decision.teaching_report import TeachingReport
from trainer.decision.words_report import WordsReport
from trainer.job.evaluation_job import EvaluationJob
from trainer.sound_and_word_teaching import teach_both
from trainer.teaching import TeachingRequest, teach
from trainer.training.checkpoint_keeper import CheckpointKeeper
from trainer.training.recipe import TrainingRecipe
from trainer.word_teaching import WordsRequest, teach_words
from transcription.contract import records, utc_time
from transcription.contract.teaching import SOUND, WORDS, ErrorRates, TeachingOrder, TeachingOutcome

_log = logging.getLogger(__name__)

_Report = TeachingReport | WordsReport | BothReport

#: The files of a report, which are stored with the model, too.
_REPORTS = ("report.json", "report.md")


class TeachingJob:
    """A teaching whose order is in the bucket.

    Args:
        bucket: the name of the bucket.
        run: the name of the run.
        folder: an empty folder for all files.
    """

    def __init__(self, bucket: str, run: str, folder: Path) -> None:
        self._bucket, self._run, self._folder = bucket, run, folder
        self.keeper = CheckpointKeeper(self._copy_checkpoint)

    def run(self) -> None:
        """Teach, and store the outcome. Do nothing if an earlier attempt did so. Evaluate if that was ordered.

        Raises:
            TranscriptionError: something is missing, cannot be used, or failed.
            TeachingInterrupted: the process has to end. The next attempt continues.
        """
        begun = bucket_process.begin(self._bucket, self._run, self._folder)
        if "outcome" in begun:
            _log.info("An earlier attempt has finished this teaching.")
            return
        if "evaluation" in begun:
            EvaluationJob(self._bucket, self._run, self._folder).run()
            return
        order, out = TeachingOrder(**begun["order"]), self._folder / "out" / begun["model"]
        report = self._teach(order, begun, out)
        print(report.as_markdown())
        place = _model_folder(report, out)
        if place is not None and place != out:
            for file in _REPORTS:
                shutil.copy(out / file, place / file)
        model = out.name if place else ""
        outcome = _outcome(report, model)
        (out / "outcome.json").write_bytes(records.dump(outcome))
        bucket_process.finish(self._bucket, self._run, out, model, place or out)

    def _teach(self, order: TeachingOrder, begun: dict[str, Any], out: Path) -> _Report:
        audio, base, work = (Path(begun[name]) for name in ("audio", "base", "checkpoints"))
        others = Path(begun["others"]) if "others" in begun else None
        if order.what == WORDS:
            return teach_words(WordsRequest(audio, base, out, work, others=others, guard_points=order.guard_points))
        recipe = TrainingRecipe(guard_points=order.guard_points, heard_minutes=order.heard_minutes)
        request = TeachingRequest(audio, base, out, work, others=others, keeper=self.keeper)
        return teach(request, recipe) if order.what == SOUND else teach_both(request, recipe)

    def _copy_checkpoint(self, path: Path) -> None:
        _log.info("copying the checkpoint to the bucket")
        file = path.relative_to(self._folder / "checkpoints").as_posix()
        bucket_process.keep_checkpoint(self._bucket, self._run, file, path)


def _model_folder(report: _Report, out: Path) -> Path | None:
    """Return the folder of the model that is stored: a better one, or one that no recording measured."""
    places = {Verdict.BETTER: out, Verdict.NOT_MEASURED: out / "not-measured"}
    return places.get(report.decision.verdict)


def _outcome(report: _Report, model: str) -> TeachingOutcome:
    changes = {"test": report.test, **report.guards}
    return TeachingOutcome(
        finished=utc_time.now(),
        verdict=report.decision.verdict.value,
        reason=report.decision.reason,
        is_better=report.decision.is_used,
        model=model,
        base=report.base,
        word_error_rates={name: _rates(change) for name, change in changes.items() if change.old.words},
        interval_low=round(report.test.interval.low, 2),
        interval_high=round(report.test.interval.high, 2),
        test_words=report.test.old.words,
        findings=len(report.findings),
    )


def _rates(change: MeasuredChange) -> ErrorRates:
    return ErrorRates(round(change.old.word_error_rate, 2), round(change.new.word_error_rate, 2))

"""One child of an evaluation as a Batch job: fetch the recordings and a model, let it hear them, store the result."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from trainer import bucket_process
from trainer.evaluation.model_comparison import compare_models, describe
from trainer.model_evaluation import evaluate
from transcription.contract import records
from transcription.contract.evaluation import EvaluationOrder, ModelResult

_log = logging.getLogger(__name__)

#: Environment variable in which Batch tells the child of an array job its number. A plain job has none.
_INDEX = "AWS_BATCH_JOB_ARRAY_INDEX"


class EvaluationJob:
    """The evaluation of one model. The child that finds the results of all models compares them.

    Args:
        bucket: the name of the bucket.
        run: the name of the run.
        folder: a folder for all files.
    """

    def __init__(self, bucket: str, run: str, folder: Path) -> None:
        self._bucket, self._run, self._folder = bucket, run, folder

    def run(self) -> None:
        """Evaluate the model of this child, unless an earlier attempt did so. Compare all models if all are ready.

        Raises:
            TranscriptionError: something is missing, cannot be used, or failed.
        """
        begun = bucket_process.begin_evaluation(self._bucket, self._run, int(os.environ.get(_INDEX, "0")), self._folder)
        fields = begun["order"]
        order = EvaluationOrder(**{**fields, "models": tuple(fields["models"])})
        if "model" in begun:
            result = evaluate(Path(begun["audio"]), Path(begun["base"]), order.part)
            path = self._folder / "result.json"
            path.write_bytes(records.dump(result))
            bucket_process.keep_result(self._bucket, self._run, begun["model"], path)
        else:
            _log.info("An earlier attempt has evaluated this model.")
        self._compare(order)

    def _compare(self, order: EvaluationOrder) -> None:
        """Compare all models, and store the outcome. Do nothing if the result of a model is missing."""
        files = bucket_process.fetch_results(self._bucket, self._run, self._folder / "results")
        if not files:
            _log.info("Other models are still at work.")
            return
        results = [records.load(ModelResult, path.read_bytes(), path.name) for path in files]
        outcome = compare_models(results)
        place = f"teaching/{order.set_name}/" if order.set_name else "corrections"
        title = f"Word error rates: {place}, {order.part} recordings"
        report = describe(outcome, results, title)
        print(report)
        out = self._folder / "evaluation"
        out.mkdir()
        (out / "report.md").write_text(report)
        (out / "outcome.json").write_bytes(records.dump(outcome))
        bucket_process.finish_evaluation(self._bucket, self._run, out)

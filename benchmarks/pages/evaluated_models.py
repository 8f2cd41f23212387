"""An evaluation of two models on many recordings, in the bucket of a local stack and in Airflow's history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.full_bucket.finished_run import put
from local import runs
from local.resources import BUCKET
from local.stack import Stack
from transcription.contract import keys
from transcription.contract.evaluation import (
    DELETE,
    EQUAL,
    PARTS,
    SUBSTITUTE,
    Change,
    Difference,
    EvaluationOutcome,
    HeardRecording,
    ModelFigures,
    ModelResult,
)
from transcription.contract.run_keys import RunKeys, run_name
from transcription.contract.word_errors import WordErrors, total

DAG_ID = "evaluate_models"
#: The models that are compared.
MODELS = ("first", "second")
RECORDINGS, QUICK_RECORDINGS = 10_000, 100
_SET = "evaluated"
#: The length of a recording, and the number of its words before and between two errors.
_SECONDS, _WORDS = 10.0, 6
#: How long a run may take, in seconds.
_LIMIT = 300


def fill(stack: Stack, count: int) -> str:
    """Order an evaluation without a job, and write what its job would write.

    Args:
        stack: The running stack, which has the DAG `evaluate_models`.
        count: The number of recordings.

    Returns:
        The id of the run.

    Raises:
        StackError: Airflow has no such DAG, or refuses the run.
    """
    endpoint = stack.addresses.endpoint
    models = [(f"{keys.model(name)}{name}.pbmm", None) for name in MODELS]
    put(endpoint, BUCKET, [*models, (f"{keys.teaching_set(_SET)}0.wav", None)])
    form = {"models": list(MODELS), "set_name": _SET, "part": PARTS[-1], "dry_run": True}
    with stack.airflow.client() as client:
        stack.airflow.wait_for_dag(client, DAG_ID)  # its file may be read after the others
        run_id = runs.wait(client, runs.trigger(client, form, DAG_ID), limit=_LIMIT, dag_id=DAG_ID).run_id
    put(endpoint, BUCKET, objects(RunKeys(run_name(run_id)), count))
    return run_id


def objects(run: RunKeys, count: int) -> Iterator[tuple[str, Any]]:
    """Yield the results of the models and the outcome, with their keys. A recording adds 0.9 KB to a result."""
    heard = tuple(map(_heard, range(count)))
    mistakes = total(recording.mistakes for recording in heard)
    for name in MODELS:
        yield run.evaluated_model(name), ModelResult(name, heard, (), {"left": count}, count * _SECONDS)
    figures = tuple(ModelFigures(name, mistakes, 1.0) for name in MODELS)
    differences = (Difference(*MODELS, 0.0, -1.0, 1.0),)
    outcome = EvaluationOutcome("2026-11-22T02:00:00+00:00", count, count * _SECONDS, 0, figures, differences)
    yield run.evaluation("outcome.json"), outcome


def _heard(number: int) -> HeardRecording:
    """Return a recording with up to four errors."""
    changes = [
        Change(EQUAL, "word " * _WORDS, "word " * _WORDS),
        Change(SUBSTITUTE, "left", "laughed"),
        Change(EQUAL, "word " * _WORDS, "word " * _WORDS),
        Change(DELETE, "now", ""),
    ] * (1 + number % 2)
    errors = len(changes) // 2
    words = errors * (_WORDS + 1)
    mistakes = WordErrors(words, errors // 2, 0, errors // 2, 5 * words, 5 * errors)
    return HeardRecording(f"{keys.teaching_set(_SET)}{number:06d}.wav", _SECONDS, tuple(changes), mistakes)

"""One child of an evaluation: what it asks of the bucket, and which child compares the models."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from trainer import bucket_process
from trainer.errors import SetTooSmall
from trainer.job import command, evaluation_job
from transcription.contract.evaluation import (
    EvaluationOrder,
    EvaluationOutcome,
    HeardRecording,
    LeftOut,
    ModelResult,
)
from transcription.contract.records import dump, load
from transcription.contract.word_errors import WordErrors

ROOT = Path(__file__).resolve().parents[3]
ORDER = EvaluationOrder("run", "2026-11-22T01:00:07+00:00", ("old", "new"), "anna")


def arguments() -> dict[str, set[str]]:
    """Return the arguments of the functions of `bucket_access`, which runs on another Python, by their tasks."""
    found = {}
    for module in ("job_records", "evaluation_records"):
        tree = ast.parse((ROOT / "trainer_image" / "bucket_access" / f"{module}.py").read_text())
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        found.update({node.name: {argument.arg for argument in node.args.args[1:]} for node in functions})
    return {**found, "fail": found["record_failure"]}


def result(model: str, wrong: int) -> ModelResult:
    recording = HeardRecording("teaching/anna/a.wav", 2.0, (), WordErrors(10, wrong, 0, 0, 50, wrong))
    return ModelResult(model, (recording,), (LeftOut("b", "TEXT_MISSING", "no text"),), {}, 1.0)


@dataclass
class Child:
    """The command of the container with a fake bucket and a fake evaluation."""

    #: What models heard that have a result in the bucket.
    results: dict[str, ModelResult] = field(default_factory=dict)
    error: Exception | None = None
    requests: list[Mapping[str, Any]] = field(default_factory=list)
    evaluated: list[tuple[str, str, str]] = field(default_factory=list)
    outcome: EvaluationOutcome | None = None

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer as `bucket_access` does."""
        self.requests.append(request)
        assert request.keys() == {"task", "bucket", *arguments()[request["task"]]}
        match request["task"]:
            case "begin":
                return {"evaluation": True}
            case "begin_evaluation":
                name = ORDER.models[request["index"]]
                folders = {"model": name, "audio": "speech", "base": f"models/{name}"}
                return {"order": asdict(ORDER), **({} if name in self.results else folders)}
            case "keep_result":
                self.results[request["model"]] = load(ModelResult, Path(request["path"]).read_bytes(), "result")
            case "fetch_results":
                return {"results": self._write_results(Path(request["folder"]))}
            case "finish_evaluation":
                folder = Path(request["folder"])
                self.outcome = load(EvaluationOutcome, (folder / "outcome.json").read_bytes(), "outcome")
                assert (folder / "report.md").read_text().startswith("# Word error rates: teaching/anna/, test")
        return {}

    def _write_results(self, folder: Path) -> list[str]:
        if self.results.keys() != set(ORDER.models):
            return []
        folder.mkdir()
        for model in ORDER.models:
            (folder / f"{model}.json").write_bytes(dump(self.results[model]))
        return [str(folder / f"{model}.json") for model in ORDER.models]

    def evaluate(self, audio: Path, folder: Path, part: str) -> ModelResult:
        """Return what the model heard."""
        self.evaluated.append((str(audio), str(folder), part))
        if self.error:
            raise self.error
        return result(folder.name, 1)

    @property
    def tasks(self) -> list[str]:
        """The tasks of all requests to the bucket."""
        return [request["task"] for request in self.requests]


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    """Yield the command with fakes, as child 1 of the job."""
    child = Child()
    monkeypatch.setattr(bucket_process, "_run", child.answer)
    monkeypatch.setattr(evaluation_job, "evaluate", child.evaluate)
    monkeypatch.setattr("sys.argv", ["trainer.job", "--bucket", "audio", "--run", "run"])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setenv("AWS_BATCH_JOB_ID", "4e5f:1")
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "1")
    yield child
    assert list(tmp_path.iterdir()) == [], "the scratch folder stays"


def test_a_child_evaluates_its_model_and_leaves_the_comparison_to_a_later_one(child: Child) -> None:
    assert command.main() == 0
    assert child.evaluated == [("speech", "models/new", "test")]
    assert child.results == {"new": result("new", 1)}
    assert child.tasks == ["begin", "begin_evaluation", "keep_result", "fetch_results"]


def test_the_child_that_finds_all_results_compares_them(child: Child) -> None:
    child.results["old"] = result("old", 5)
    assert command.main() == 0
    assert child.outcome is not None
    assert [(model.model, model.mistakes.errors) for model in child.outcome.models] == [("old", 5), ("new", 1)]
    assert (child.outcome.recordings, child.outcome.left_out) == (1, 1)


def test_an_attempt_after_the_result_only_compares(child: Child) -> None:
    """The machine may be taken away between the result and the comparison."""
    child.results |= {"old": result("old", 5), "new": result("new", 1)}
    assert command.main() == 0
    assert (child.evaluated, child.tasks[-1]) == ([], "finish_evaluation")


def test_a_plain_job_evaluates_the_only_model(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_BATCH_JOB_ARRAY_INDEX")
    assert command.main() == 0
    assert child.requests[1]["index"] == 0
    assert child.evaluated == [("speech", "models/old", "test")]


def test_the_reason_of_a_failure_is_recorded_for_the_child(child: Child) -> None:
    child.error = SetTooSmall("add recordings")
    assert command.main() == 1
    assert child.tasks[-1] == "fail"
    assert (child.requests[-1]["job"], child.requests[-1]["code"]) == ("4e5f:1", "SET_TOO_SMALL")

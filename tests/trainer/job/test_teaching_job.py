"""A teaching as a Batch job: what it asks of the bucket, what it stores, and how it ends."""

from __future__ import annotations

import ast
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trainer import bucket_process
from trainer.decision.promotion import NOT_MEASURED, Decision, MeasuredChange, Verdict
from trainer.errors import BucketFailed, SetTooSmall
from trainer.evaluation.bootstrap import Interval
from trainer.evaluation.word_errors import WordErrors
from trainer.job import command, teaching_job
from trainer.teaching import TeachingRequest
from trainer.training.recipe import TrainingRecipe
from trainer.word_teaching import WordsRequest
from transcription.contract.records import load
from transcription.contract.teaching import BOTH, SOUND, TAUGHT, WORDS, ErrorRates, TeachingOrder, TeachingOutcome

ROOT = Path(__file__).resolve().parents[3]
ORDER = TeachingOrder(
    "run", "2026-11-22T01:00:07+00:00", SOUND, base="court", name="court", guard_points=2.0, heard_minutes=40.0
)
BETTER = Decision(Verdict.BETTER, "Fewer words are wrong.")


def arguments() -> dict[str, set[str]]:
    """Return the arguments of each function of `bucket_access.job_records`, which runs on another Python."""
    module = ast.parse((ROOT / "trainer_image" / "bucket_access" / "job_records.py").read_text())
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    return {name: {argument.arg for argument in node.args.args[1:]} for name, node in functions.items()}


#: The functions of the tasks.
FUNCTIONS = {"begin": "begin", "keep": "keep_checkpoint", "finish": "finish", "fail": "record_failure"}


@dataclass
class Job:
    """The command of the container with a fake bucket and fake teachings."""

    folder: Path
    order: TeachingOrder = ORDER
    decision: Decision = BETTER
    is_over: bool = False
    #: What happens instead of the teaching.
    action: Callable[[Any], None] = lambda request: None
    requests: list[Mapping[str, str]] = field(default_factory=list)
    taught: list[Any] = field(default_factory=list)
    recipes: list[TrainingRecipe] = field(default_factory=list)
    outcome: TeachingOutcome | None = None
    #: The number of teachings of sound and words.
    both: int = 0
    #: The files of the new model in the bucket.
    stored: set[str] = field(default_factory=set)

    def answer(self, request: Mapping[str, str]) -> dict[str, Any]:
        """Answer as `bucket_access` does."""
        self.requests.append(request)
        assert request.keys() == {"task", "bucket", *arguments()[FUNCTIONS[request["task"]]]}
        if request["task"] == "begin":
            names = ["audio", "base", "checkpoints", *(["others"] if self.order.others_set else [])]
            folders = {name: str(Path(request["folder"]) / name) for name in names}
            return {"outcome": True} if self.is_over else {"order": asdict(self.order), "model": "court-3", **folders}
        if request["task"] == "finish":
            data = (Path(request["folder"]) / "outcome.json").read_bytes()
            self.outcome = load(TeachingOutcome, data, "outcome")
            self.stored = {path.name for path in Path(request["model_folder"]).iterdir()} if request["model"] else set()
        return {}

    def teach(self, request: TeachingRequest | WordsRequest, *recipe: TrainingRecipe) -> Any:
        """Write what a teaching writes, and return a report."""
        self.taught.append(request)
        self.recipes += recipe
        self.action(request)
        places = {Verdict.BETTER: request.out, Verdict.NOT_MEASURED: request.out / "not-measured"}
        place = places.get(self.decision.verdict, request.out / "not-used")
        place.mkdir(parents=True)
        (place / "model.json").write_text("{}")
        for name in ("report.json", "report.md"):
            (request.out / name).write_text(name)
        old, new = WordErrors(400, 37, 0, 0, 0, 0), WordErrors(400, 3, 0, 0, 0, 0)
        words = 0 if self.decision == NOT_MEASURED else 400
        test = MeasuredChange(replace(old, words=words), replace(new, words=words), Interval(6.004, 11.2))
        return SimpleNamespace(
            base="court",
            decision=self.decision,
            test=test,
            guards={"others": MeasuredChange(new, new, Interval(0.0, 0.0))},
            findings=["a", "b"],
            as_markdown=lambda: "# report",
        )

    def teach_both(self, request: TeachingRequest, recipe: TrainingRecipe) -> Any:
        """Write what a teaching of sound and words writes, and return a report."""
        self.both += 1
        return self.teach(request, recipe)

    def run(self) -> int:
        """Run the command, and return its exit code."""
        return command.main()

    @property
    def tasks(self) -> list[str]:
        """The tasks of all requests to the bucket."""
        return [request["task"] for request in self.requests]


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """Yield the command with fakes, and restore the handler of SIGTERM that it replaces."""
    job = Job(tmp_path)
    monkeypatch.setattr(bucket_process, "_run", job.answer)
    monkeypatch.setattr(teaching_job, "teach", job.teach)
    monkeypatch.setattr(teaching_job, "teach_words", job.teach)
    monkeypatch.setattr(teaching_job, "teach_both", job.teach_both)
    monkeypatch.setattr("sys.argv", ["trainer.job", "--bucket", "audio", "--run", "run"])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("AWS_BATCH_JOB_ID", "4e5f")
    handler = signal.getsignal(signal.SIGTERM)
    yield job
    signal.signal(signal.SIGTERM, handler)


def test_a_better_model_is_stored_with_its_figures(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    assert job.run() == 0
    [request] = job.taught
    assert [path.name for path in (request.audio, request.base, request.work)] == ["audio", "base", "checkpoints"]
    assert request.out.name == "court-3"
    assert (job.recipes[0].guard_points, job.recipes[0].heard_minutes) == (2.0, 40.0)
    assert job.stored == {"model.json", "report.json", "report.md", "outcome.json"}
    assert job.outcome == TeachingOutcome(
        finished=job.outcome.finished if job.outcome else "",
        verdict="BETTER",
        reason="Fewer words are wrong.",
        is_better=True,
        model="court-3",
        base="court",
        word_error_rates={"test": ErrorRates(9.25, 0.75), "others": ErrorRates(0.75, 0.75)},
        interval_low=6.0,
        interval_high=11.2,
        test_words=400,
        findings=2,
    )
    assert "# report" in capsys.readouterr().out
    assert list(job.folder.iterdir()) == [], "the scratch folder stays"


@pytest.mark.parametrize("verdict", [Verdict.NOT_BETTER, Verdict.GUARD_WORSE, Verdict.OLD_MODEL_CHOSEN])
def test_a_model_that_is_not_better_is_not_stored(job: Job, verdict: Verdict) -> None:
    job.decision = Decision(verdict, "No better.")
    assert job.run() == 0
    assert job.requests[-1]["model"] == ""
    assert job.outcome is not None
    assert (job.outcome.verdict, job.outcome.is_better, job.outcome.model) == (verdict.value, False, "")


def test_words_that_no_recording_measures_are_stored_and_not_called_better(job: Job) -> None:
    job.order, job.decision = replace(ORDER, what=WORDS), NOT_MEASURED
    assert job.run() == 0
    [request] = job.taught
    assert isinstance(request, WordsRequest) and request.guard_points == 2.0
    assert job.stored == {"model.json", "report.json", "report.md"}
    assert job.outcome is not None
    assert (job.outcome.model, job.outcome.is_better, job.outcome.test) == ("court-3", False, None)
    assert job.outcome.word_error_rates.keys() == {"others"}


@pytest.mark.parametrize("what", TAUGHT)
@pytest.mark.parametrize(("others_set", "folder"), [("", None), ("visitors", "others")])
def test_speech_of_others_is_rehearsed_and_measured(job: Job, what: str, others_set: str, folder: str | None) -> None:
    job.order = replace(ORDER, what=what, others_set=others_set)
    assert job.run() == 0
    [request] = job.taught
    assert (request.others and request.others.name) == folder


@pytest.mark.parametrize(("what", "count"), [(SOUND, 0), (BOTH, 1)])
def test_sound_is_taught_alone_or_with_words(job: Job, what: str, count: int) -> None:
    job.order = replace(ORDER, what=what)
    assert job.run() == 0
    [request] = job.taught
    assert (job.both, request.keeper is not None) == (count, True)
    assert job.stored == {"model.json", "report.json", "report.md", "outcome.json"}
    assert (job.recipes[0].guard_points, job.recipes[0].heard_minutes) == (2.0, 40.0)


def test_a_teaching_with_an_outcome_is_not_repeated(job: Job) -> None:
    job.is_over = True
    assert job.run() == 0
    assert (job.tasks, job.taught) == (["begin"], [])


def test_a_checkpoint_is_kept_under_its_path_in_the_work_folder(job: Job) -> None:
    def keep(request: TeachingRequest) -> None:
        request.keeper.keep(request.work / "ab12" / "training-0.001.npz", is_finished=True)

    job.action = keep
    assert job.run() == 0
    assert job.tasks == ["begin", "keep", "finish"]
    assert job.requests[1]["file"] == "ab12/training-0.001.npz"


def test_sigterm_while_training_keeps_the_checkpoint_and_ends_with_143(job: Job) -> None:
    def interrupted(request: TeachingRequest) -> None:
        with request.keeper.training():
            os.kill(os.getpid(), signal.SIGTERM)
            assert request.keeper.is_due
            request.keeper.keep(request.work / "training.npz", is_finished=False)

    job.action = interrupted
    assert job.run() == 143
    assert job.tasks == ["begin", "keep"]


def test_sigterm_outside_of_a_training_ends_at_once(job: Job) -> None:
    job.action = lambda request: os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(SystemExit) as caught:
        job.run()
    assert (caught.value.code, job.tasks) == (143, ["begin"])


@pytest.mark.parametrize(
    ("error", "code"), [(SetTooSmall("add recordings"), "SET_TOO_SMALL"), (OSError("disk"), "TEACHING_FAILED")]
)
def test_the_reason_of_a_failure_is_recorded(job: Job, error: Exception, code: str) -> None:
    def fail(request: TeachingRequest) -> None:
        raise error

    job.action = fail
    assert job.run() == 1
    assert job.tasks == ["begin", "fail"]
    assert (job.requests[-1]["job"], job.requests[-1]["code"]) == ("4e5f", code)


def test_a_failure_that_cannot_be_recorded_keeps_its_own_message(
    job: Job, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(request: Mapping[str, str]) -> dict[str, Any]:
        raise BucketFailed(f"S3 refuses {request['task']}")

    monkeypatch.setattr(bucket_process, "_run", refuse)
    assert job.run() == 1
    assert "S3 refuses begin" in capsys.readouterr().err


def test_a_bucket_without_a_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["trainer.job", "--bucket", "audio"])
    with pytest.raises(SystemExit):
        command.main()

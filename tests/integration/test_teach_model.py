"""The DAG `teach_model` on the real stack: a weak model learns, its machine is taken away, the better one is used.

A person then does all of it in a browser, from the first transcript to the new model and back to the old one.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Page, expect

from local import runs
from local.aws_client import batch_client, s3_client
from local.configuration import USER
from local.paths import IMAGE_ENV, ROOT, TRAINER_ENV
from local.resources import BUCKET, QUEUE, TEACH_JOB_DEFINITION, can_teach
from local.runs import Run
from local.stack import Stack
from tests.support.pipeline.chromium import NEEDS_BROWSER, log_in, new_page, open_browser
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIPS
from transcription.contract import keys
from transcription.contract.default_model import DefaultModel
from transcription.contract.evaluation import EvaluationOutcome
from transcription.contract.records import dump, load
from transcription.contract.run_keys import RunKeys, run_name
from transcription.contract.teaching import TeachingOutcome

pytestmark = pytest.mark.skipif(not can_teach(), reason="the trainer is not installed: make .local/venvs/trainer/ready")

DAG_ID = "teach_model"
LIMIT = 1_500.0


@dataclass(frozen=True)
class Story:
    """What became of a teaching whose machine was taken away after the first training."""

    run: Run
    jobs: list[Any]
    outcome: TeachingOutcome
    in_use: DefaultModel
    objects: list[str]
    #: The id of the job after the task was cleared.
    job_after_clear: str


@pytest.fixture(scope="module")
def teaching_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Yield a stack that teaches, and that can cause faults."""
    settings = {"teach_job_definition": TEACH_JOB_DEFINITION}
    with Stack(tmp_path_factory.mktemp("teaching"), settings=settings, layers=["faults"]) as running:
        yield running


def upload(stack: Stack, folder: Path) -> None:
    """Upload a weak model, which is in use, and a set."""
    modules = (ROOT, ROOT / "dags", ROOT / "transcriber_image", ROOT / "trainer_image")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, modules))}
    subprocess.run(
        [TRAINER_ENV / "bin" / "python", "-m", "tests.support.weak_model", folder],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    s3 = s3_client(stack.addresses.endpoint)
    for path in (folder / "weak-1").iterdir():
        s3.upload_file(str(path), BUCKET, f"{keys.model('weak-1')}{path.name}")
    for path in (folder / "set").iterdir():
        s3.upload_file(str(path), BUCKET, f"{keys.teaching_set('anna')}{path.name}")
    record = DefaultModel().changed_to("weak-1", changed="2026-11-22T01:00:00+00:00", by="anna")
    s3.put_object(Bucket=BUCKET, Key=keys.DEFAULT_MODEL, Body=dump(record))


def spare_time(stack: Stack, folder: Path) -> None:
    """Let the job rehearse no synthetic speech, and its second attempt find what the first one compiled.

    Without espeak-ng in its path, the job rehearses nothing. Other tests rehearse.
    """
    batch = batch_client(stack.addresses.endpoint)
    [definition] = batch.describe_job_definitions(jobDefinitionName=TEACH_JOB_DEFINITION)["jobDefinitions"]
    container: Any = definition["containerProperties"]
    variables = {
        "PATH": str(IMAGE_ENV / "bin"),
        "JAX_COMPILATION_CACHE_DIR": str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    container["environment"] += [{"name": name, "value": value} for name, value in variables.items()]
    batch.register_job_definition(
        jobDefinitionName=TEACH_JOB_DEFINITION,
        type="container",
        containerProperties=container,
        retryStrategy=definition["retryStrategy"],
        timeout=definition["timeout"],
    )


def read(stack: Stack, key: str) -> bytes:
    return s3_client(stack.addresses.endpoint).get_object(Bucket=BUCKET, Key=key)["Body"].read()


@pytest.fixture(scope="module")
def story(teaching_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Teach, take the machine away when the first training is finished, and clear the task of a finished run."""
    stack = teaching_stack
    upload(stack, tmp_path_factory.mktemp("weak"))
    spare_time(stack, tmp_path_factory.mktemp("compiled"))
    # The first object that the container writes is the list of its data; the second is the first finished training.
    fault: Any = {"kind": "spot_reclaim", "attempt": 1, "at_request": 2, "access": "PUT", "notice_seconds": 20}
    Pipeline(stack).add_fault(**fault)
    with stack.airflow.client() as client:
        run_id = runs.trigger(client, {"set_name": "anna", "heard_minutes": 2}, dag_id=DAG_ID)
        run = runs.wait(client, run_id, limit=LIMIT, dag_id=DAG_ID)
        run_keys = RunKeys(run_name(run_id))
        batch = batch_client(stack.addresses.endpoint)

        def describe() -> list[Any]:
            name: Any = [{"name": "JOB_NAME", "values": [f"teach-{run_keys.run}"]}]
            jobs = batch.list_jobs(jobQueue=QUEUE, filters=name)["jobSummaryList"]
            return batch.describe_jobs(jobs=[job["jobId"] for job in jobs])["jobs"]

        jobs = describe()
        body = {"dag_run_id": run_id, "task_ids": ["teach"], "include_downstream": True, "only_failed": False}
        client.post(f"/dags/{DAG_ID}/clearTaskInstances", json={**body, "dry_run": False}).raise_for_status()
        runs.wait(client, run_id, limit=LIMIT, dag_id=DAG_ID)
        (job_after_clear,) = describe()
    pages = s3_client(stack.addresses.endpoint).get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    objects = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    outcome = load(TeachingOutcome, read(stack, run_keys.teaching("outcome.json")), "outcome")
    in_use = load(DefaultModel, read(stack, keys.DEFAULT_MODEL), "default")
    return Story(run, jobs, outcome, in_use, objects, job_after_clear["jobId"])


def test_the_run_is_green_and_has_one_job_whose_machine_was_replaced(story: Story) -> None:
    assert (story.run.state, set(story.run.tasks.values())) == ("success", {"success"})
    (job,) = story.jobs
    assert (job["status"], len(job["attempts"])) == ("SUCCEEDED", 2)


def test_the_better_model_is_stored_with_its_report_and_used(story: Story) -> None:
    assert (story.outcome.verdict, story.outcome.model, story.outcome.base) == ("BETTER", "weak-2", "weak-1")
    folder = keys.model("weak-2")
    names = {key.removeprefix(folder) for key in story.objects if key.startswith(folder)}
    assert {"weak-2.pbmm", "demo.scorer", "model.json", "report.json", "report.md"} <= names
    assert story.in_use.model == "weak-2"
    assert story.in_use.changes[0].by == f"teach_model, {story.run.run_id}"


def test_no_checkpoint_is_left(story: Story) -> None:
    assert not [key for key in story.objects if "/checkpoints/" in key]


def test_a_cleared_task_finds_its_job_again(story: Story) -> None:
    assert story.job_after_clear == story.jobs[0]["jobId"]
    assert len(story.in_use.changes) == 2


def test_an_evaluation_measures_both_models_with_the_engine_of_nightly_runs(
    story: Story, teaching_stack: Stack
) -> None:
    """On the recordings of the test, the figures are those of the teaching, which its own network measured."""
    dag_id, chosen = "evaluate_models", {"models": ["weak-1", "weak-2"], "set_name": "anna"}
    with teaching_stack.airflow.client() as client:
        run_id = runs.trigger(client, chosen, dag_id=dag_id)
        run = runs.wait(client, run_id, limit=LIMIT, dag_id=dag_id)
    assert (run.state, set(run.tasks.values())) == ("success", {"success"})
    data = read(teaching_stack, RunKeys(run_name(run_id)).evaluation("outcome.json"))
    outcome = load(EvaluationOutcome, data, "outcome")
    measured = [(model.model, round(model.mistakes.word_error_rate, 2)) for model in outcome.models]
    assert story.outcome.test is not None
    assert measured == [("weak-1", story.outcome.test.old), ("weak-2", story.outcome.test.new)]
    assert outcome.models[0].mistakes.words == story.outcome.test_words
    assert [difference.better for difference in outcome.differences] == ["weak-2"]
    assert all(model.real_time_factor > 0 for model in outcome.models)


class Person:
    """Somebody who uses the stack in a browser window, and who may do everything."""

    def __init__(self, pipeline: Pipeline, page: Page) -> None:
        self.pipeline, self.page = pipeline, page
        self._airflow = pipeline.stack.airflow
        page.goto(f"{self._airflow.url}/transcripts/models")
        log_in(page, USER, self._airflow.password)
        page.wait_for_url("**/transcripts/models")

    def open(self, path: str) -> None:
        """Open a page below `/transcripts/`."""
        self.page.goto(f"{self._airflow.url}/transcripts/{path}")

    def use_model(self, name: str) -> None:
        """Let later runs use a model."""
        self.open("models")
        button = self.page.locator(f'button.use[data-model="{name}"]')
        button.click()
        expect(button).to_have_count(0)

    def transcribe(self, recordings: dict[str, bytes]) -> None:
        """Upload recordings, and press "Transcribe now" without another choice."""
        for name, content in recordings.items():
            self.pipeline.put(f"{keys.INPUT_FOLDER}{name}.wav", content)
        self.open("failed")
        self.page.get_by_role("button", name="Transcribe now").click()
        self.page.get_by_role("link", name="its page").click()
        expect(self.page.locator("#state")).to_have_text("Done", timeout=LIMIT * 1000)

    def correct(self, name: str, text: str) -> None:
        """Write the text of a recording with one segment, with the keyboard alone."""
        self.open(f"recording?name={quote(name, safe='')}")
        self.page.locator("#recording[data-ready]").wait_for()
        expect(self.page.locator(".segment")).to_have_count(1)
        self.page.locator("body").press("Enter")
        self.page.keyboard.press("Control+KeyA")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Control+Enter")
        expect(self.page.locator("#saving")).to_have_text("All changes are saved.")

    def teach(self, set_name: str, name: str) -> Run:
        """Fill in the form of `teach_model`, and wait for the end of the run."""
        self.page.goto(f"{self._airflow.url}/dags/{DAG_ID}")
        self.page.get_by_role("button", name="Trigger").first.click()
        self.page.fill("[name=element_set_name]", set_name)
        self.page.fill("[name=element_name]", name)
        self.page.get_by_role("button", name="Limits").click()
        self.page.fill("[name=element_heard_minutes]", "2")
        self.page.get_by_test_id("trigger-dag-submit").click()
        self.page.wait_for_url("**/runs/**")
        run_id = unquote(self.page.url.rpartition("/runs/")[2])
        with self._airflow.client() as client:
            return runs.wait(client, run_id, limit=LIMIT, dag_id=DAG_ID)


def model_of(pipeline: Pipeline, name: str) -> str:
    """Return the model that made a transcript."""
    document = json.loads(pipeline.read(keys.transcript_json(name)))
    return str(document["provenance"]["model"]["name"])


@NEEDS_BROWSER
@pytest.mark.browser
def test_a_person_teaches_a_model_what_they_corrected_uses_it_and_goes_back(
    story: Story, teaching_stack: Stack
) -> None:
    assert story.in_use.model == "weak-2"
    pipeline = Pipeline(teaching_stack)
    names = [f"calls/{number}" for number in range(5)]
    with open_browser() as browser:
        person = Person(pipeline, new_page(browser))
        person.use_model("weak-1")
        person.transcribe({name: clip.content for name, clip in zip(names, CLIPS, strict=False)})
        assert {model_of(pipeline, name) for name in names} == {"weak-1"}
        for name, clip in zip(names, CLIPS, strict=False):
            person.correct(name, str(clip.text))

        run = person.teach("anna", "calls")
        assert (run.state, set(run.tasks.values())) == ("success", {"success"})
        person.open("models")
        row = person.page.locator("#models tr").filter(has_text="calls-1")
        expect(row.get_by_text("in use")).to_be_visible()
        expect(row).to_contain_text("(BETTER)")
        taught = json.loads(read(teaching_stack, RunKeys(run_name(run.run_id)).teaching("data.json")))["objects"]
        assert {keys.corrected_json(name) for name in names} <= {entry["key"] for entry in taught}

        person.transcribe({"tonight/call": CLIPS[5].content})
        assert model_of(pipeline, "tonight/call") == "calls-1"
        person.use_model("weak-1")
    in_use = load(DefaultModel, read(teaching_stack, keys.DEFAULT_MODEL), "default")
    assert [change.model for change in in_use.changes][:3] == ["weak-1", "calls-1", "weak-1"]

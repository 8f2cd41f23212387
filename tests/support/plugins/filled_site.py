"""A bucket and a database with which every page has something to show."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from tests.support.dags.bucket_objects import upload
from tests.support.dags.evaluations import OUTCOME, make_result
from tests.support.dags.outcome_lists import write_moves
from tests.support.dags.reports import AUDIO, GREEN_RUN, report_on
from tests.support.plugins.airflow_runs import add_evaluation, add_run, add_teaching, remove_runs
from tests.support.plugins.child_logs import write_log
from tests.support.plugins.transcripts import transcript_document, write_transcript
from tests.support.standin.standin_server import LocalAws
from transcription.contract import keys, result
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import FAILED
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import Outcome
from transcription.shared.aws_console import AwsConsole
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import FailedChild, Job

RUN = "manual__accessible"
TEACHING, EVALUATION = "manual__teaching", "manual__evaluation"
NAME = f"interviews/{'a long name ' * 8}#1"
FIGURES = {"transcribed": 12, "failed": 3, "audio_seconds": 5400.0, "real_time_factor": 0.123, "cost": 1.5}
_LOG_GROUP = "/aws/batch/pages"
#: The address of each page by the path of its route, and of a page that does not exist.
PAGES = {
    "/": "",
    "/run": f"run?{urlencode({'run_id': RUN})}",
    "/log": f"log?{urlencode({'run_id': RUN, 'child': 3})}",
    "/search": f"search?{urlencode({'run_id': RUN, 'text': 'two'})}",
    "/search without a run": "search?text=two",
    "/recordings": f"recordings?{urlencode({'prefix': 'interviews/'})}",
    "/recordings, unsure words first": "recordings?order=unsure",
    "/recording": f"recording?{urlencode({'name': NAME})}",
    "/failed": "failed",
    "/models": "models",
    "/data": "data",
    "/findings": f"findings?{urlencode({'run_id': TEACHING})}",
    "/evaluation": f"evaluation?{urlencode({'run_id': EVALUATION, 'other': 'anna-1'})}",
    "/upload": "upload",
    "error": "no-such-page",
}


def fill_site(bucket: Bucket, aws: LocalAws) -> None:
    """Write what the pages of `PAGES` show."""
    remove_runs()
    run = add_run(RUN, figures=FIGURES)
    add_run("red", day=1, state="failed")
    spoken = Item(7, f"input/{NAME}.wav", "e", 1)
    outcome = Outcome(spoken, result.TRANSCRIBED, audio=AUDIO, words=9, unsure_words=8, confidence=0.5)
    outcomes = [*GREEN_RUN, outcome]
    bucket.write_record(RunKeys(run).report, report_on(*outcomes, vcpu_hours=2.0))
    write_moves(bucket, run, *outcomes)
    write_log(aws, _LOG_GROUP, run, f"a long line {'of a log ' * 30}")
    address = AwsConsole("https://console.aws.amazon.com", "us-east-1").log(_LOG_GROUP, run)
    job = Job(run, "job", "name", failed=(FailedChild("job:3", "exit code 1", address),))
    bucket.write_record(RunKeys(run).job, job)
    write_transcript(bucket, NAME, transcript_document(NAME, [(0.0, 5.0, "one two"), (5.0, 9.0, "three")]))
    upload(bucket, keys.transcript(NAME), b"one two three")
    failed = upload(bucket, keys.failed(f"input/{NAME}.wav"), b"audio")
    reason = Outcome(Item(0, f"input/{NAME}.wav", failed.etag, 5), FAILED, Failure("AUDIO_EMPTY", "It has no bytes."))
    bucket.write_record(keys.failed_reason(f"input/{NAME}.wav"), reason)
    bucket.client.put_object(Bucket=bucket.name, Key="models/court/model.pbmm", Body=b"")
    _fill_data(bucket)
    evaluation = RunKeys(add_evaluation(EVALUATION))
    bucket.write_record(evaluation.evaluation("outcome.json"), OUTCOME)
    for figures in OUTCOME.models:
        bucket.write_record(evaluation.evaluated_model(figures.model), make_result(figures.model, 3))


def _fill_data(bucket: Bucket) -> None:
    """Write a set, the errors of a correction, and a teaching with a finding."""
    for file in ("a.wav", "a.txt", "b.mp3"):
        upload(bucket, f"{keys.teaching_set('a-long-name-of-a-set' * 3)}{file}", b"x" * 64_000)
    errors = {"model": "court", "month": "2026-11", "words": 200, "errors": 30, "segments": 9, "checked": 4}
    record = {"recordings": {NAME: {**errors, "seconds": 61.5}}}
    upload(bucket, keys.CORRECTED_ERRORS, json.dumps(record).encode())
    figures = {"verdict": "BETTER", "word_error_rate_before": 15.3, "word_error_rate_after": 7.0, "findings": 1}
    run = add_teaching(TEACHING, figures={**figures, "cost": 0.12})
    finding = {"code": "LABEL_SUSPECT", "recording": f"processed/{NAME}.wav from 3.2 s", "message": "Listen. " * 20}
    upload(bucket, RunKeys(run).teaching("report.json"), json.dumps({"findings": [finding]}).encode())

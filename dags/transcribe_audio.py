"""The DAG `transcribe_audio`: look for audio, plan, transcribe, verify, move, report."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

# The DAG processor imports the Airflow modules that this file names before it forks the processes that load the file.
import airflow.providers.amazon.aws.sensors.s3  # noqa: F401 - `AudioSensor` imports this module, which takes a second
from airflow.sdk import Asset, dag, get_current_context, task

# Airflow lets DAG files import from the DAGs folder, but not from a folder below it.
if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))

from transcription.contract import keys
from transcription.contract.manifest import Plan
from transcription.finish import moving, verification
from transcription.plan import request_reader
from transcription.plan.audio_sensor import AudioSensor
from transcription.plan.leftover_jobs import end_leftover_jobs, is_at_work
from transcription.plan.run_planning import log_existing_plan, plan_run
from transcription.plan.schedule import describe_schedule, make_timetable
from transcription.plan.trigger_form import EXAMPLE, PARAMS
from transcription.report import alerts
from transcription.report.report_operator import ReportOperator
from transcription.shared import manifest_store, page_addresses, run_folder
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import Origin
from transcription.shared.run_lease import RunLease
from transcription.shared.setting_texts import find_text
from transcription.shared.settings import load_settings
from transcription.shared.task_errors import AirflowSkipException, fail_without_retry
from transcription.transcribe.transcribe_operator import TranscribeOperator

#: The time after which Airflow fails a run and starts the next one: 168 hours. A run whose logical date lies in the
#: future starts no task, and without a limit it would hold the only place until that date. The limit exceeds the
#: longest regular run: a child has three attempts of 24 hours each (72 hours); Batch may first look for a machine for
#: `start_limit_minutes`, 24 hours at most; and 72 hours remain for the children that have to run before it. A run that
#: takes even longer loses no finished file: its job is ended, and the next run takes the other files.
LONGEST_RUN = timedelta(days=7)


def current_run() -> tuple[Bucket, str]:
    """Return the audio bucket and the name of the run that executes this task."""
    bucket = Bucket(load_settings().bucket)
    return bucket, run_folder.current_run(bucket, get_current_context())


def current_clearing() -> int:
    """Return a number that differs for each clearing of this task, and is the same for all attempts in between.

    When a task is cleared, Airflow adds the attempts until then to `max_tries`; a retry does not change it.
    """
    max_tries: int = get_current_context()["ti"].max_tries
    return max_tries


@fail_without_retry()
def input_prefix(params: Mapping[str, Any]) -> str:
    """Return the start of the keys among which `wait_for_audio` looks for audio.

    All fields of the trigger form are read, so that a wrong value is an error even if there is no audio.

    Raises:
        AirflowFailException: a field or a setting has a value that cannot be used.
    """
    return keys.INPUT_FOLDER + request_reader.read_request(params, load_settings()).prefix


def find_or_make_plan() -> Plan:
    """Return the run's plan. If the run has none yet, make it. Unless the run is a dry run, first take the lease.

    Raises:
        RunBusy: another run works.
        OptionInvalid: the run is a backfill.
    """
    context = get_current_context()
    request_reader.refuse_backfill(context["dag_run"].run_type)
    settings = load_settings()
    bucket = Bucket(settings.bucket)
    run = run_folder.choose_run(bucket, context)
    is_dry = bool(context["params"]["dry_run"])
    with nullcontext() if is_dry else RunLease(bucket, context["ti"], run).taken():
        # A cleared task keeps the existing plan, because children may already work on its shards.
        if plan := manifest_store.find_plan(bucket, run):
            log_existing_plan(bucket, plan, settings)
            return plan
        return make_plan(bucket, run)


def make_plan(bucket: Bucket, run: str) -> Plan:
    """Plan the run with the options of the trigger form, and freeze its manifest.

    Unless the run is a dry run, first end the Batch jobs that earlier runs left behind.

    Returns:
        The summary of the manifest.

    Raises:
        AirflowSkipException: there is no audio any more.
        ModelMissing: the form names a model that is not in the bucket.
        OptionInvalid: an option cannot be used.
        RunBusy: the job of a run that is not over still works.
    """
    context, settings = get_current_context(), load_settings()
    request = request_reader.read_request(context["params"], settings)
    if not request.dry_run:
        queue = BatchQueue(settings.job_queue, settings.job_definition)
        end_leftover_jobs(queue, run, partial(is_at_work, bucket, context["ti"]))
    plan = plan_run(bucket, run, request, settings, Origin.of(context))
    if plan is None:
        raise AirflowSkipException("The audio was removed after wait_for_audio found it; there is nothing to do.")
    return plan


def skip_without_plan(ti: Any) -> None:
    """Skip a task that runs although an earlier one failed, if the failed task is `plan` or one before it.

    The first red task then is the only one, and the run is red because `report` does not run.

    Raises:
        AirflowSkipException: there is no plan.
    """
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=["plan"], run_ids=[ti.run_id])
    if states.get(ti.run_id, {}).get("plan") in ("failed", "upstream_failed"):
        raise AirflowSkipException("The run was not planned. The log of the first red task says why.")


@dag(
    schedule=make_timetable(),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=LONGEST_RUN,
    is_paused_upon_creation=False,
    params=PARAMS,
    doc_md=Path(__file__)
    .with_suffix(".md")
    .read_text()
    .replace("{example}", EXAMPLE)
    .replace("{transcripts}", f"[Transcripts]({page_addresses.runs_page()})")
    .replace("{schedule}", describe_schedule()),
    description="Transcribes the recordings below input/ with DeepSpeech on AWS Batch.",
    tags=["speech-to-text"],
    # A task that lost its worker or the network is retried and continues from what is in the bucket.
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    user_defined_macros={
        "settings": fail_without_retry()(load_settings),
        "input_prefix": input_prefix,
    },
    on_failure_callback=alerts.on_red_run(),
)
def transcribe_audio() -> None:
    """Define the tasks of the DAG and their order."""
    # The sensor looks once and then succeeds or skips. `soft_fail` skips on the timeout only, so a missing bucket stays
    # an error.
    wait_for_audio = AudioSensor(
        task_id="wait_for_audio",
        bucket_name="{{ settings().bucket }}",
        bucket_key="{{ input_prefix(params) }}",
        timeout=0,
        soft_fail=True,
        deferrable=False,
    )

    # Airflow 3.0 warns when it cannot infer `multiple_outputs` from the signature, which `fail_without_retry` hides.
    @task(multiple_outputs=False)
    @fail_without_retry()
    def plan() -> dict[str, Any]:
        """Freeze the list of files of this run and divide it into shards."""
        plan = find_or_make_plan()
        return {"run": plan.run, "files": plan.files, "shards": plan.shards, "done": plan.done}

    transcribe = TranscribeOperator(
        task_id="transcribe",
        job_queue="{{ settings().job_queue }}",
        job_definition="{{ settings().job_definition }}",
        # Errors of the job itself are not retried. Lost workers and networks are, and a job may take many hours.
        retries=10,
    )

    # Not `all_success`: after a failed job, the files that it finished are verified and moved.
    @task(trigger_rule="none_skipped")
    @fail_without_retry()
    def verify_transcripts() -> None:
        """Check every planned file against its result record and its transcripts."""
        skip_without_plan(get_current_context()["ti"])
        bucket, run = current_run()
        verification.verify(bucket, manifest_store.read_plan(bucket, run), current_clearing())

    @task
    @fail_without_retry()
    def move_to_processed() -> None:
        """Move transcribed audio to processed/ and unreadable audio to failed/."""
        bucket, run = current_run()
        moving.move(bucket, run, current_clearing())

    report = ReportOperator(
        task_id="report",
        # The bucket comes from the configuration, so that other DAGs can follow the asset before the first run.
        transcripts=Asset(keys.uri(find_text("bucket") or "bucket", keys.OUTPUT_FOLDER)),
        on_success_callback=alerts.on_report() + alerts.on_doubt(),
    )

    planned = plan()
    wait_for_audio >> planned >> transcribe >> verify_transcripts() >> move_to_processed() >> report
    # If `plan` failed, the tasks between are skipped, and the run is red because `report` has a failed task before it.
    planned >> report


dag_of_transcription = transcribe_audio()

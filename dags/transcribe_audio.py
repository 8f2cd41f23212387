"""The DAG `transcribe_audio`: the whole flow on one screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk import CronTriggerTimetable, Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from transcription import manifests, moving, planning, verification
from transcription.bucket import Bucket
from transcription.contract import keys
from transcription.contract.options import BEAM_WIDTHS, Options
from transcription.faults import final
from transcription.job import TranscribeOperator
from transcription.outcomes import Outcomes
from transcription.report import describe, make_report
from transcription.settings import load_settings

ABOUT = """
### Audio in, transcripts out

Every night at 01:00 UTC, or when you press **Trigger**, all `.wav` files below `input/` in the audio bucket are
transcribed with DeepSpeech on AWS Batch.

| task | what it does |
| --- | --- |
| `wait_for_audio` | Looks once. No audio: the run ends here, nothing is started or paid for. |
| `plan` | Freezes the list of files and shares them out. |
| `transcribe` | Runs one Batch job, as many machines as the audio needs. |
| `verify_transcripts` | Checks every transcript against its record, also when the job failed. |
| `move_to_processed` | Moves finished audio to `processed/`, audio that cannot be read to `failed/`. |
| `report` | Adds up the run. Red when a file is neither transcribed nor explained. |

**Transcripts** appear as `output/{name}` (text) and `output/{name}.json` (words, times, confidence), where `{name}` is
the path below `input/` without `.wav`. Everything about a run lies below `runs/` in the same bucket.

**A red run** keeps what is done. Read the first red task, put the cause right, then clear that task, or just wait:
whatever is still in `input/` is taken by the next run.

**Start one by hand** with the defaults, or with another model: `{"model": "my-model", "beam_width": 1000}`.
"""

PARAMS = {
    # Null and not "": the form demands a value for a plain string, and then nobody can just press Trigger.
    "model": Param(
        None,
        type=["null", "string"],
        title="Model",
        description="A folder below models/ in the audio bucket. Empty: the deployment's default.",
    ),
    "beam_width": Param(
        None,
        type=["null", "integer"],
        minimum=BEAM_WIDTHS[0],
        maximum=BEAM_WIDTHS[-1],
        title="Beam width",
        description="How many candidates the decoder keeps. Empty: the model's own. More is slower, seldom better.",
    ),
}


def this_run() -> tuple[Bucket, str]:
    """The audio bucket, and the name of the run that calls."""
    return Bucket(load_settings().bucket), keys.run_name(get_current_context()["run_id"])


@dag(
    # Without the last argument a DAG that is new between 01:00 and 03:24 (a tenth of the day) runs at once.
    schedule=CronTriggerTimetable("0 1 * * *", timezone="UTC", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    params=PARAMS,
    doc_md=ABOUT,
    description="Transcribes the .wav files below input/ with DeepSpeech on AWS Batch.",
    tags=["speech-to-text"],
    # A task that lost its worker or the network tries again, and goes on from what it finds in the bucket.
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    user_defined_macros={"settings": load_settings},
)
def transcribe_audio() -> None:
    """Look for audio, plan, transcribe, verify, move, report."""
    # One look, then success or skip: `soft_fail` skips on the timeout only, so that a missing bucket stays an error.
    wait_for_audio = S3KeySensor(
        task_id="wait_for_audio",
        bucket_name="{{ settings().bucket }}",
        bucket_key=keys.AUDIO_PATTERN,
        wildcard_match=True,
        timeout=0,
        soft_fail=True,
        deferrable=False,
    )

    @task
    @final()
    def plan() -> dict[str, Any]:
        """Freeze the list of files that this run works on, and share them out."""
        settings = load_settings()
        bucket, run = this_run()
        frozen = manifests.find_plan(bucket, run)
        if frozen is None:
            chosen = get_current_context()["params"]
            options = Options(chosen["model"] or settings.model, chosen["beam_width"])
            items, refused = planning.select(bucket.list(keys.INPUT))
            if not items and not refused:
                raise AirflowSkipException("The audio is gone again; there is nothing to do.")
            shards = planning.share_out(items, settings.bytes_per_child, settings.max_children)
            frozen = manifests.freeze(bucket, run, options, shards, refused)
        return {"run": run, "files": frozen.files, "shards": frozen.shards, "refused": len(frozen.refused)}

    transcribe = TranscribeOperator(
        task_id="transcribe",
        job_queue="{{ settings().job_queue }}",
        job_definition="{{ settings().job_definition }}",
    )

    # Not `all_success`: what a failed job did finish is kept.
    @task(trigger_rule="none_skipped")
    @final()
    def verify_transcripts() -> None:
        """Check every planned file against its result and its transcripts."""
        bucket, run = this_run()
        outcomes = verification.verify(bucket, manifests.read_plan(bucket, run))
        bucket.write_record(keys.RunKeys(run).verdicts, outcomes)

    @task
    @final()
    def move_to_processed() -> None:
        """Move finished audio to `processed/` and unreadable audio to `failed/`."""
        bucket, run = this_run()
        verdicts = bucket.read_record(Outcomes, keys.RunKeys(run).verdicts)
        bucket.write_record(keys.RunKeys(run).moves, moving.move(bucket, verdicts))

    @task
    @final()
    def report() -> None:
        """Add up the run; red when a file is neither transcribed nor explained."""
        bucket, run = this_run()
        outcomes = bucket.read_record(Outcomes, keys.RunKeys(run).moves)
        summary = make_report(manifests.read_plan(bucket, run), outcomes)
        bucket.write_record(keys.RunKeys(run).report, summary)
        print(describe(summary))
        summary.raise_if_incomplete()

    wait_for_audio >> plan() >> transcribe >> verify_transcripts() >> move_to_processed() >> report()


dag_of_transcription = transcribe_audio()

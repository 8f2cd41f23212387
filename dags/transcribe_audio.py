"""The DAG `transcribe_audio`: the whole flow on one screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.configuration import conf
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk import Asset, dag, get_current_context, task
from airflow.timetables.trigger import CronTriggerTimetable

from transcription.contract import keys
from transcription.finish import moving, verification
from transcription.finish.outcomes import Outcomes
from transcription.plan import trigger_form
from transcription.plan.preparation import end_other_jobs, prepare
from transcription.report import alerts
from transcription.report.report_operator import ReportOperator
from transcription.shared import manifest_store
from transcription.shared.batch_client import Batch
from transcription.shared.bucket import Bucket
from transcription.shared.settings import SECTION, load_settings
from transcription.shared.task_errors import AirflowSkipException, final
from transcription.transcribe.transcribe_operator import TranscribeOperator

ABOUT = """
### Audio in, transcripts out

Every night at 01:00 UTC, or when you press **Trigger**, all `.wav` files below `input/` in the audio bucket are
transcribed with DeepSpeech on AWS Batch.

| task | what it does |
| --- | --- |
| `wait_for_audio` | Looks once. No audio: the run ends here, nothing is started or paid for. |
| `plan` | Freezes the list of files and shares them out; what has its transcript already is not done again. |
| `transcribe` | Runs one Batch job, as many machines as the audio needs. |
| `verify_transcripts` | Checks every transcript against its record, also when the job failed. |
| `move_to_processed` | Moves finished audio to `processed/`, audio that cannot be read to `failed/`. |
| `report` | Adds up the run. Red when a file is neither transcribed nor explained. |

**Transcripts** appear as `output/{name}` (text), `output/{name}.json` (words, times, confidence) and as subtitles,
where `{name}` is the path below `input/` without `.wav`. Everything about a run lies below `runs/` in the same bucket.

**A red run** keeps what is done. Read the first red task and put the cause right. Then clear `transcribe` if it is red,
or just wait: whatever is still in `input/` is taken by the next run.

**Start one by hand** with the defaults, or fill in the form. As JSON, all that may be chosen:
`{"prefix": "interviews/", "model": "my-model", "beam_width": 1000, "lm_alpha": 0.93, "lm_beta": 1.18,
"hot_words": ["sonata:7.5"], "alternatives": 3, "cut_at_silence": true, "formats": ["srt"], "force": false,
"engine": "auto", "int8_lstm": false, "max_files": 100, "dry_run": true}`.

**Follow it** with a DAG of your own: `schedule=[Asset("s3://{bucket}/output/")]`. The event's `extra` has the figures
of the report.
"""


def this_run() -> tuple[Bucket, str]:
    """The audio bucket, and the name of the run that calls."""
    return Bucket(load_settings().bucket), keys.run_name(get_current_context()["run_id"])


@dag(
    # Without the last argument a DAG that is new between 01:00 and 03:24 (a tenth of the day) runs at once.
    schedule=CronTriggerTimetable("0 1 * * *", timezone="UTC", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    params=trigger_form.PARAMS,
    doc_md=ABOUT,
    description="Transcribes the .wav files below input/ with DeepSpeech on AWS Batch.",
    tags=["speech-to-text"],
    # A task that lost its worker or the network tries again, and goes on from what it finds in the bucket.
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    user_defined_macros={"settings": final()(load_settings), "audio_pattern": final()(trigger_form.audio_pattern)},
    on_failure_callback=alerts.on_red_run(),
)
def transcribe_audio() -> None:
    """Look for audio, plan, transcribe, verify, move, report."""
    # One look, then success or skip: `soft_fail` skips on the timeout only, so that a missing bucket stays an error.
    wait_for_audio = S3KeySensor(
        task_id="wait_for_audio",
        bucket_name="{{ settings().bucket }}",
        bucket_key="{{ audio_pattern(params) }}",
        wildcard_match=True,
        timeout=0,
        soft_fail=True,
        deferrable=False,
    )

    # Stated, because Airflow 3.0 warns when it cannot tell from the signature, which `final` hides.
    @task(multiple_outputs=False)
    @final()
    def plan() -> dict[str, Any]:
        """Freeze the list of files that this run works on, and share them out."""
        settings = load_settings()
        bucket, run = this_run()
        frozen = manifest_store.find_plan(bucket, run)
        if frozen is None:
            context = get_current_context()
            trigger_form.refuse_backfill(context["dag_run"].run_type)
            request = trigger_form.read(context["params"], settings)
            if not request.dry_run:
                end_other_jobs(Batch(settings.job_queue), run)
            frozen = prepare(bucket, run, request, settings)
        if frozen is None:
            raise AirflowSkipException("The audio is gone again; there is nothing to do.")
        return {"run": run, "files": frozen.files, "shards": frozen.shards, "done": frozen.done}

    transcribe = TranscribeOperator(
        task_id="transcribe",
        job_queue="{{ settings().job_queue }}",
        job_definition="{{ settings().job_definition }}",
        # Its own faults are final. What is left is lost workers and networks, and a job may take many hours.
        retries=10,
    )

    # Not `all_success`: what a failed job did finish is kept.
    @task(trigger_rule="none_skipped")
    @final()
    def verify_transcripts() -> None:
        """Check every planned file against its result and its transcripts."""
        bucket, run = this_run()
        outcomes = verification.verify(bucket, manifest_store.read_plan(bucket, run))
        bucket.write_record(keys.RunKeys(run).verdicts, outcomes)

    @task
    @final()
    def move_to_processed() -> None:
        """Move finished audio to `processed/` and unreadable audio to `failed/`."""
        bucket, run = this_run()
        verdicts = bucket.read_record(Outcomes, keys.RunKeys(run).verdicts)
        bucket.write_record(keys.RunKeys(run).moves, moving.move(bucket, verdicts))

    report = ReportOperator(
        task_id="report",
        # Known when the DAG is parsed, so that others can follow it before it has ever run.
        transcripts=Asset(f"s3://{conf.get(SECTION, 'bucket', fallback='bucket')}/{keys.OUTPUT}"),
        on_success_callback=alerts.on_report(),
    )

    wait_for_audio >> plan() >> transcribe >> verify_transcripts() >> move_to_processed() >> report


dag_of_transcription = transcribe_audio()

"""The demo: transcribe a folder of recordings with the whole pipeline, and print the transcripts as a table."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local import child_logs, folders, runs
from local.aws_client import s3_client
from local.errors import StackError
from local.resources import BUCKET
from local.stack import Stack
from transcription.contract import keys
from transcription.contract.errors import OptionInvalid
from transcription.contract.keys import RunKeys
from transcription.contract.options import Options
from transcription.contract.result import TRANSCRIBED

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: How many characters of a transcript the table shows. The output folder contains the whole transcript.
_SHOWN = 200
#: The words with which the progress shows the states of tasks. Other states are shown unchanged.
_WORDS = {"success": "done", "up_for_retry": "failed, trying again soon", "upstream_failed": "not run"}


def run_demo(stack: Stack, audio: Path, out: Path, model: Path | None, console: Console) -> None:
    """Upload recordings, trigger the DAG, wait for the run, print the transcripts, and download the results.

    Args:
        stack: A stack that is not started yet. It is stopped at the end.
        audio: The folder of the recordings.
        out: The folder for the results, which must not contain earlier results.
        model: The folder of a model; None to use the demo model.
        console: Receives the progress and the table.

    Raises:
        StackError: A folder cannot be used, or the run failed.
    """
    if not audio.is_dir():
        raise StackError(f"AUDIO={audio} is not a folder.")
    if model is not None:
        _check_model(model)
    folders.check_target(out)
    started = time.monotonic()
    console.print(f"Starting a local AWS and Airflow {stack.version} (RUNNER={stack.runner}) …")
    with stack:
        console.print(f"  ready after {time.monotonic() - started:.0f} s: Airflow at {stack.airflow.url}")
        s3 = s3_client(stack.addresses.endpoint)
        count = folders.upload(s3, audio, keys.INPUT_FOLDER)
        console.print(f"Uploaded {count} files to {keys.uri(BUCKET, keys.INPUT_FOLDER)}")
        conf: dict[str, Any] = {}
        if model is not None:
            conf = {"model": model.resolve().name}
            folders.upload(s3, model, keys.model(conf["model"]))
        try:
            run = _run(stack, conf, console)
        finally:  # also keep the results of a run that failed or was interrupted
            folders.download(s3, out)
        records = RunKeys(keys.run_name(run.run_id))
        report = _read_report(s3, records)
        if report:
            _show(s3, report, _read_outcomes(s3, records), console)
        elif run.state == "success":
            console.print(f"There is no .wav file in {audio}: nothing was transcribed.", markup=False)
    console.print(
        f"\nTranscripts:  {out / keys.OUTPUT_FOLDER}\nMoved audio:  {out / keys.PROCESSED_FOLDER}, "
        f"{out / keys.FAILED_FOLDER}\n"
        f"The run:      {out / keys.RUNS_FOLDER}\nLogs:         {stack.state / 'logs'}, {stack.airflow.home / 'logs'}",
        soft_wrap=True,
    )
    if run.state != "success":
        red = ", ".join(task for task, state in run.tasks.items() if state == "failed")
        last_lines = [f"  {line}" for line in child_logs.last_lines(stack.state)]
        raise StackError("\n".join([f"The run failed in: {red}. The logs say why.", *last_lines]))


def _run(stack: Stack, conf: dict[str, Any], console: Console) -> runs.Run:
    with stack.airflow.client() as client:
        run_id = runs.trigger(client, conf)
        console.print(f"Triggered the DAG: {run_id}")
        return runs.wait(client, run_id, _progress(console))


def _check_model(folder: Path) -> None:
    if not folder.is_dir():
        raise StackError(f"MODEL={folder} is not a folder. `make model` fetches the official one into models/.")
    try:
        Options(model=folder.resolve().name)
    except OptionInvalid as error:
        raise StackError(f"MODEL={folder}: {error.message}") from error


def _progress(console: Console) -> Callable[[dict[str, str | None]], None]:
    shown: dict[str, str | None] = {}

    def show(tasks: dict[str, str | None]) -> None:
        for task, state in tasks.items():
            if state and shown.get(task) != state and state not in ("scheduled", "queued"):
                console.print(f"  {task:<20}{_WORDS.get(state, state)}")
            shown[task] = state

    return show


def _read_report(s3: S3Client, run: RunKeys) -> dict[str, Any] | None:
    if run.report not in folders.list_keys(s3, run.report):
        return None
    return _read_json(s3, run.report)


def _read_outcomes(s3: S3Client, run: RunKeys) -> Iterator[dict[str, Any]]:
    """Yield the outcomes of all planned files after moving."""
    pages: int = _read_json(s3, run.moves(0))["pages"]
    for page in range(pages):
        yield from _read_json(s3, run.moves(page))["files"]


def _read_json(s3: S3Client, key: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    return document


def _show(s3: S3Client, report: dict[str, Any], outcomes: Iterable[dict[str, Any]], console: Console) -> None:
    table = Table("File", "Length", "Transcript", "Confidence", title="What the recordings say")
    table.columns[0].overflow = table.columns[2].overflow = "fold"  # whole names, so that they can be copied
    table.columns[1].justify = table.columns[3].justify = "right"
    for outcome in outcomes:
        name = outcome["item"]["key"].removeprefix(keys.INPUT_FOLDER)
        length = f"{outcome['audio']['seconds']:.1f} s" if outcome["audio"] else ""
        confidence = "" if outcome["confidence"] is None else f"{outcome['confidence']:.0%}"
        table.add_row(escape(name), length, _transcript(s3, outcome), confidence)
    console.print(table)
    factor = f", real-time factor {report['real_time_factor']:.2f}" if report["real_time_factor"] else ""
    console.print(
        f"{report['transcribed']} transcribed, {report['failed']} failed, {report['left']} left, "
        f"{report['missing']} missing; {report['audio_seconds']:.0f} s of audio{factor}"
    )


def _transcript(s3: S3Client, outcome: dict[str, Any]) -> str:
    """Return the transcript of a file for the table, or the reason why the file has none."""
    if outcome["status"] == TRANSCRIBED:
        key = keys.transcript(keys.name_of(outcome["item"]["key"]))
        text = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode().strip()
        if len(text) > _SHOWN:
            text = f"{text[:_SHOWN].rsplit(maxsplit=1)[0]} … ({outcome['words']} words)"
        return escape(text) or "[dim](no speech)[/]"
    failure = outcome["failure"]
    return f"[red]{outcome['status']}[/] {failure['code']}: {escape(failure['message'])}"

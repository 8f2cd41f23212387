"""The demo: transcribe a folder of recordings with the whole pipeline, and print the transcripts as a table."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
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
from transcription.contract.audio_endings import ENDINGS
from transcription.contract.errors import OptionInvalid
from transcription.contract.options import Options
from transcription.contract.result import TRANSCRIBED
from transcription.contract.run_keys import RunKeys, run_name
from transcription.plan.ignored_files import IgnoredFiles

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
        StackError: A folder cannot be used, the run failed, or `out` has no room for the results.
    """
    recordings = _find_recordings(audio, console)
    model_files = [] if model is None else _find_model(model)
    folders.check_target(out, audio)
    started = time.monotonic()
    console.print(f"Starting a local AWS and Airflow {stack.version} (RUNNER={stack.runner}) …")
    with stack:
        console.print(f"  ready after {time.monotonic() - started:.0f} s: Airflow at {stack.airflow.url}")
        s3 = s3_client(stack.addresses.endpoint)
        folders.upload(s3, recordings, audio, keys.INPUT_FOLDER)
        console.print(f"Uploaded {len(recordings)} files to {keys.uri(BUCKET, keys.INPUT_FOLDER)}")
        conf: dict[str, Any] = {}
        if model is not None:
            conf = {"model": model.resolve().name}
            folders.upload(s3, model_files, model, keys.model(conf["model"]))
        try:
            run = _run(stack, conf, console)
        except BaseException as error:  # also keep the results of a run that was interrupted
            if problem := folders.save_results(s3, out, _spare_folders(stack)):
                raise StackError(problem) from error
            raise
        problem = folders.save_results(s3, out, _spare_folders(stack))
        records = RunKeys(run_name(run.run_id))
        report = _read_report(s3, records)
        if report:
            _show(s3, report, _read_outcomes(s3, records), console)
    if not problem:
        console.print(
            f"\nTranscripts:  {out / keys.OUTPUT_FOLDER}\nMoved audio:  {out / keys.PROCESSED_FOLDER}, "
            f"{out / keys.FAILED_FOLDER}\nThe run:      {out / keys.RUNS_FOLDER}",
            soft_wrap=True,
        )
    console.print(f"Logs:         {stack.state / 'logs'}, {stack.airflow.home / 'logs'}", soft_wrap=True)
    lines = [problem] if problem else []
    if run.state != "success":
        red = ", ".join(task for task, state in run.tasks.items() if state == "failed")
        lines.append(f"The run failed in: {red}. The logs say why.")
        lines += [f"  {line}" for line in child_logs.last_lines(stack.state)]
    if lines:
        raise StackError("\n".join(lines))


def _spare_folders(stack: Stack) -> Iterator[Path]:
    """Yield folders for the transcripts if the output folder is full: one beside the logs, one for temporary files."""
    yield stack.state / "results"
    with suppress(OSError):
        yield Path(tempfile.mkdtemp(prefix="transcripts-"))


def _run(stack: Stack, conf: dict[str, Any], console: Console) -> runs.Run:
    with stack.airflow.client() as client:
        run_id = runs.trigger(client, conf)
        console.print(f"Triggered the DAG: {run_id}")
        return runs.wait(client, run_id, _progress(console))


def _find_recordings(audio: Path, console: Console) -> list[Path]:
    """Return all files in the folder of recordings. Print which of them the run will ignore, and why.

    Raises:
        StackError: The folder cannot be used, or no file is audio.
    """
    files = folders.find_files(audio, "AUDIO")
    ignored = IgnoredFiles()
    for path in files:
        if not keys.is_audio(folders.key_of(path, audio, keys.INPUT_FOLDER)):
            ignored.add(path.relative_to(audio).as_posix())
    if ignored.count == len(files):
        raise StackError(f"AUDIO={audio} holds no audio: {ignored}. Names of audio end in {', '.join(ENDINGS)}.")
    if ignored.count:
        console.print(str(ignored), markup=False, soft_wrap=True)
    return files


def _find_model(folder: Path) -> list[Path]:
    """Return the files of a model.

    Raises:
        StackError: The folder cannot be used, or its name cannot be the name of a model.
    """
    if not folder.is_dir():
        raise StackError(f"MODEL={folder} is not a folder. `make model` fetches the official one into models/.")
    try:
        Options(model=folder.resolve().name)
    except OptionInvalid as error:
        raise StackError(f"MODEL={folder}: {error.message}") from error
    return folders.find_files(folder, "MODEL")


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
    if report["ignored"]:
        ignored = IgnoredFiles(report["ignored"], report["ignored_keys"])
        console.print(str(ignored), markup=False, soft_wrap=True)


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

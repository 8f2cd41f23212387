"""Benchmark of fine-tuning a model of the official size: speed, memory, checkpoints, and the proof of the new model."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.machine import Machine
from benchmarks.results import Rows
from benchmarks.temporary_s3 import temporary_s3
from benchmarks.transcribing import models
from benchmarks.transcribing.models import BenchmarkModel
from documentation.markdown import table
from local.aws_client import NO_PROXY, aws_environment, s3_client
from local.paths import ROOT, TRAINER_ENV

_BUCKET = "training"
#: The steps that are measured with each length of recordings. A step hears up to 64 s of audio.
_STEPS, _QUICK_STEPS = 3, 1
#: The demo model's clips that make a recording. A clip has 2.6 s.
_CLIPS, _QUICK_CLIPS = (1, 3, 5), (1,)


def measure(quick: bool) -> Rows:
    """Measure steps of a training on one core and on all cores, with a model of the official size.

    Args:
        quick: Take one step only.

    Returns:
        A row for each number of cores.

    Raises:
        BenchmarkError: The trainer is not installed, the model cannot be made, or the training or the proof failed.
    """
    steps, clips = (_QUICK_STEPS, _QUICK_CLIPS) if quick else (_STEPS, _CLIPS)
    all_cores = len(os.sched_getaffinity(0))
    with temporary_s3() as endpoint:
        return list(measure_model(models.official_size(), sorted({1, all_cores}), steps, clips, endpoint))


def measure_model(
    model: BenchmarkModel, cores: Sequence[int], steps: int, clips: Sequence[int], endpoint: str
) -> Iterator[Mapping[str, Any]]:
    """Measure steps of a training with a model, and yield a row for each number of cores.

    Args:
        model: The model.
        cores: The numbers of cores.
        steps: The number of steps with each length of recordings.
        clips: The numbers of clips that make a recording.
        endpoint: The URL of the local S3, in which the function creates a bucket.

    Raises:
        BenchmarkError: The trainer is not installed, or the training or the proof failed.
    """
    python = TRAINER_ENV / "bin" / "python"
    if not python.exists():
        raise BenchmarkError(f"{python}, which trains, is missing. `make bench` installs it.")
    s3_client(endpoint).create_bucket(Bucket=_BUCKET)
    folders = (ROOT, *(ROOT / folder for folder in ("dags", "transcriber_image", "trainer_image")))
    paths = {"PYTHONPATH": os.pathsep.join(map(str, folders))}
    for count in cores:
        print(f"{model.name}: training, cores: {count} …", flush=True)
        numbers = ",".join(map(str, sorted(os.sched_getaffinity(0))[:count]))
        command = ("taskset", "--cpu-list", numbers, python, "-m", "benchmarks.training.training_speed")
        process = subprocess.run(
            [*command, model.folder, str(steps), _BUCKET, *map(str, clips)],
            cwd=ROOT,
            env={**os.environ, **aws_environment(endpoint), **NO_PROXY, **paths},
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode:
            raise BenchmarkError(f"The training failed:\n{process.stderr[-2000:]}")
        yield {"model": model.name, "cores": count, **json.loads(process.stdout)}


def report(rows: Rows, machine: Machine) -> str:
    """Return the rows as a table in Markdown, with sentences about the checkpoint and the proof."""
    header = (
        "recordings of",
        "factors of products",
        "cores",
        "audio seconds per second of processor time",
        "audio seconds per second",
        "padding",
        "share of the peak",
    )
    cells = [_cells(row, speed) for row in rows for speed in row["speeds"]]
    memory = ", ".join(f"{row['checkpoint']['peak_megabytes']:.0f} MB with {_cores(row['cores'])}" for row in rows)
    peak = ", ".join(
        f"{peak:.0f} GFLOPS with {factors} and {_cores(row['cores'])}"
        for row in rows
        for factors, peak in row["peak_gigaflops"].items()
    )
    checkpoint, proof = rows[-1]["checkpoint"], rows[-1]["proof"]
    return (
        f"{table(header, cells)}\n\nWith a model of the official size, on {machine.description}, which also served S3. "
        f"The peak is the product of two matrices in JAX, per second of processor time: {peak}. Peak memory: {memory}. "
        f"A checkpoint has {checkpoint['megabytes']:.0f} MB; it was written in {checkpoint['write_seconds']:.1f} s and "
        f"copied to the local S3 in {checkpoint['upload_seconds']:.1f} s. After two steps, which changed "
        f"{proof['changed_weights'] / 1e6:.0f} million weights, both engines heard the texts that the trainer's own "
        f"network hears in all {proof['recordings']} recordings ({proof['audio_seconds']:.0f} s)."
    )


def _cells(row: Mapping[str, Any], speed: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{speed['recording_seconds']:.1f} s",
        speed["factors"],
        str(row["cores"]),
        f"{speed['audio_seconds'] / speed['cpu_seconds']:.1f}",
        f"{speed['audio_seconds'] / speed['seconds']:.1f}",
        f"{speed['padding']:.0%}",
        f"{speed['gigaflops'] / row['peak_gigaflops'][speed['factors']]:.0%}",
    )


def _cores(count: int) -> str:
    return "one core" if count == 1 else f"{count} cores"

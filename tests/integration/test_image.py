"""The real image, with the restrictions of production: it works, obeys SIGTERM at any moment, and resumes its work."""

from __future__ import annotations

import io
import random
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from local import processes
from local.aws_client import aws_environment, s3_client
from local.image import build_image
from local.paths import DEMO_CLIPS
from local.resources import IMAGE
from local.stack import start_aws
from standin.execution.container_engine import find_engine, removal_command
from transcription.contract import keys, records
from transcription.contract.manifest import Item, Shard
from transcription.contract.options import Options
from transcription.contract.run_keys import RunKeys

ENGINE = find_engine()
pytestmark = pytest.mark.skipif(ENGINE is None, reason="no container engine answers here: neither docker nor podman")

RUN, DRAFT = "manual-2026-11-22-0001", "0a1b2c3d"
TERMINATIONS = 20
#: The number of files in a shard.
FILES = 120
#: The exit code after SIGTERM.
TERMINATED = 143
#: The memory for two processes and a model of 3 MB. With less, the container would not choose the batched engine.
MEMORY = "512m"

Container = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """Start containers of the image with a read-only root, no capabilities and no new privileges."""
    assert ENGINE is not None
    build_image()
    names: list[str] = []
    folder = tmp_path_factory.mktemp("engine")  # podman leaves a file here when a container runs out of memory

    def run(*command: str, options: tuple[str, ...] = ("--network=none",)) -> subprocess.Popen[str]:
        names.append(f"transcriber-{uuid.uuid4().hex[:12]}")
        locked = ["--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges"]
        line = [ENGINE, "run", "--rm", f"--name={names[-1]}", f"--memory={MEMORY}", *locked, *options, IMAGE, *command]
        return subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    yield run
    for name in names:
        subprocess.run(removal_command(ENGINE, name), capture_output=True, check=False)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = tmp_path_factory.mktemp("aws")
    yield start_aws(state)
    processes.end(state)


def output_of(process: subprocess.Popen[str]) -> str:
    """Wait for a container that must succeed, and return what it printed."""
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors
    return output


def test_the_container_can_tell_by_itself_whether_it_works(container: Container) -> None:
    heard, engine = output_of(container("python", "-m", "transcriber", "--self-test")).splitlines()
    assert heard == "heard: yes start play next"
    assert engine.startswith("engine: batched float32")


def test_no_process_compiles_the_program_at_its_start(container: Container) -> None:
    program = """
import os, sys
import transcriber.command, transcriber.shard.run_shard, transcriber.workers.engine_process
modules = [module for name, module in sys.modules.items() if name.split(".")[0] in ("transcriber", "transcription")]
assert modules
print([module.__name__ for module in modules if not os.path.exists(module.__spec__.cached)])
"""
    assert output_of(container("python", "-c", program)) == "[]\n"


def test_nobody_in_the_container_is_root_and_the_first_process_hands_signals_on(container: Container) -> None:
    """The container must not run as root."""
    code = (
        "import os, pathlib; print(os.getuid(), pathlib.Path('/proc/1/cmdline').read_bytes().split(b'\\0')[0].decode())"
    )
    assert output_of(container("python", "-c", code)) == "65534 dumb-init\n"


def test_ten_minutes_need_no_more_memory_than_a_clip(container: Container, tmp_path: Path) -> None:
    clips = [soundfile.read(path, dtype="int16")[0] for path in sorted(DEMO_CLIPS.glob("*.wav"))]
    soundfile.write(tmp_path / "long.wav", np.resize(np.concatenate(clips), 600 * 16000), 16000)
    tmp_path.chmod(0o755)
    mounted = ("--network=none", f"--volume={tmp_path}:/audio:ro")
    output = output_of(container("python", "-m", "transcriber", "/audio/long.wav", options=mounted))
    assert len(output.split()) > 600


class ShardInBucket:
    """A shard with its recordings in a new bucket."""

    def __init__(self, endpoint: str, files: dict[str, bytes]) -> None:
        self.bucket = f"audio-{uuid.uuid4()}"
        self.environment = {**aws_environment(endpoint), "TRANSCRIBER_PROCESSES": "2"}
        self._s3: Any = s3_client(endpoint)
        self._s3.create_bucket(Bucket=self.bucket)
        items = []
        for number, (name, data) in enumerate(files.items()):
            put = self._s3.put_object(Bucket=self.bucket, Key=f"input/{name}", Body=data)
            items.append(Item(number, f"input/{name}", put["ETag"].strip('"'), len(data)))
        shard = Shard(RUN, 0, Options(formats=("srt", "vtt"), alternatives=2), tuple(items), "recipe")
        self._s3.put_object(Bucket=self.bucket, Key=RunKeys(RUN).shard(DRAFT, 0), Body=records.dump(shard))

    def start(self, container: Container) -> subprocess.Popen[str]:
        """Start a container that works on the shard."""
        variables = [f"--env={name}={value}" for name, value in self.environment.items()]
        child = ("python", "-m", "transcriber", "--bucket", self.bucket, "--run", RUN, "--draft", DRAFT)
        return container(*child, options=("--network=host", *variables))

    def outputs(self) -> dict[str, bytes]:
        """The content of all transcripts, by key."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=keys.OUTPUT_FOLDER)
        output_keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        return {key: self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read() for key in output_keys}


def transcribed(output: str) -> list[str]:
    """The files that an attempt transcribed, by the lines of its log."""
    return [line.split()[1] for line in output.splitlines() if " s of audio (RTF" in line]


def test_twenty_terminations_at_random_moments_lose_nothing_and_repeat_nothing(
    container: Container, endpoint: str
) -> None:
    """A Spot reclaim sends SIGTERM. Committed files stay, and the next attempt transcribes the others."""
    recording = io.BytesIO()
    clips = [soundfile.read(path, dtype="int16")[0] for path in sorted(DEMO_CLIPS.glob("*.wav"))]
    soundfile.write(recording, np.concatenate(clips[:3]), 16000, format="WAV")
    files = {f"{number:03d}.wav": recording.getvalue() for number in range(FILES)}
    undisturbed = ShardInBucket(endpoint, files)
    output_of(undisturbed.start(container))
    expected = undisturbed.outputs()
    assert len(expected) == 4 * len(files)

    moments = random.Random(7)  # noqa: S311 - nothing is kept secret by it
    terminations = 0
    while terminations < TERMINATIONS:  # a fast machine finishes a shard after few terminations
        disturbed = ShardInBucket(endpoint, files)
        httpx.delete(f"{endpoint}/_calls").raise_for_status()
        while attempt(disturbed.start(container), moments) == TERMINATED:
            terminations += 1
        assert disturbed.outputs() == expected
        # No attempt begins a file that has a result record, so that every file is committed once.
        assert httpx.get(f"{endpoint}/_calls").json()["s3"]["PUT runs/"] == len(files)


def attempt(process: subprocess.Popen[str], moments: random.Random) -> int:
    """Terminate a child at a random moment, if it has not ended before, and return its exit code."""
    output = interrupt(process, after_files=moments.randrange(6), and_seconds=moments.random() * 0.3)
    assert process.returncode in (0, TERMINATED), output
    # Python prints this where code swallows the exception that ends the child, which would then work on.
    assert "Exception ignored" not in output, output
    return process.returncode


def interrupt(process: subprocess.Popen[str], after_files: int, and_seconds: float) -> str:
    """Send SIGTERM `and_seconds` after `after_files` files were transcribed, and return the output."""
    assert process.stdout is not None
    lines = [process.stdout.readline()]  # before this line, its first process ignores signals, as in every container
    while len(transcribed("".join(lines))) < after_files and (line := process.stdout.readline()):
        lines.append(line)
    try:
        process.wait(timeout=and_seconds)  # a random moment is what this test is about
    except subprocess.TimeoutExpired:
        terminate(process)
    rest, errors = process.communicate(timeout=60)
    return "".join(lines) + rest + errors


def terminate(process: subprocess.Popen[str]) -> None:
    """Let the engine send SIGTERM to a container, as ECS does.

    A SIGTERM to the engine's own client ends the client where the container has just ended: its exit code is lost then.
    """
    assert ENGINE is not None
    assert isinstance(process.args, list)
    (name,) = (argument.removeprefix("--name=") for argument in process.args if argument.startswith("--name="))
    subprocess.run([ENGINE, "kill", "--signal=TERM", name], capture_output=True, check=False)  # it may have ended

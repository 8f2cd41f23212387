"""Fixtures of the transcriber's tests: the demo model, its clips, and a local S3."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.s3_servers import S3Server
from tests.support.transcriber.shard_bucket import DRAFT, RUN, Bucket, Run
from tests.support.transcriber.wav_files import Clip
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.model.model_folder import open_folder
from transcriber.shard.run_shard import run_shard
from transcriber.shard.shard_reasons import ShardReasons
from transcriber.shard.store import Store
from transcriber.workers.process_server import warm_up

ROOT = Path(__file__).resolve().parents[2]
DEMO_MODEL = ROOT / "transcriber_image/demo_model"
#: The local S3 needs packages of the Airflow environment, while these tests run on the container's Python.
AIRFLOW_PYTHON = os.environ.get("AIRFLOW_PYTHON", str(ROOT / ".local/venvs/airflow/bin/python"))
START_SECONDS = 60


@pytest.fixture(scope="session", autouse=True)
def _fork_server() -> None:
    """Start the fork server before any test replaces the folder for temporary files.

    The socket of the fork server stays in the folder in which it was created.
    """
    warm_up()


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """Return the folder of the demo model."""
    return DEMO_MODEL


@pytest.fixture(scope="session")
def engine(model_folder: Path) -> LibDeepSpeech:
    """Return the engine `libdeepspeech` with the demo model."""
    return LibDeepSpeech(open_folder(model_folder))


@pytest.fixture(scope="session")
def clips() -> list[Clip]:
    """Return the demo model's clips."""
    texts = json.loads((DEMO_MODEL / "clips/transcripts.json").read_text())
    return [Clip(DEMO_MODEL / "clips" / name, text) for name, text in texts.items()]


@pytest.fixture(scope="session")
def clip(clips: list[Clip]) -> Clip:
    """Return the first of the demo model's clips."""
    return clips[0]


@pytest.fixture(scope="session")
def s3_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a local S3 in a process of its own, yield its URL, and end the process after the last test."""
    state = tmp_path_factory.mktemp("aws")
    address = state / "aws-endpoint"
    with (state / "log").open("wb") as log:
        process = subprocess.Popen(
            [AIRFLOW_PYTHON, "-m", "standin", "--state", str(state)], cwd=ROOT, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not (address.exists() and address.read_text().strip()):
            assert process.poll() is None and time.monotonic() < deadline, (state / "log").read_text()
            time.sleep(0.05)
        yield address.read_text().strip()
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def bucket(s3_address: str, other_s3: S3Server | None, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Return a new bucket in `other_s3`, or else in the local S3. This process and its child processes can reach it."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3_address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # the session keeps the environment of an earlier test
    return Bucket.create()


@pytest.fixture
def run(bucket: Bucket, model_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return a function that runs shard `index` with two processes, and checks that no temporary file is left."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def run(index: int = 0) -> None:
        try:
            store = Store(bucket.name)
            reasons = ShardReasons(store, RUN, DRAFT, index)
            run_shard(store, store.shard(RUN, DRAFT, index), model_folder, 2, reasons)
        finally:
            assert list(temporary.iterdir()) == [], "temporary files are left"

    return run

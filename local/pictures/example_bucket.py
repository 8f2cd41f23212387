"""Runs of the demo recordings, so that the pages have something to show."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Iterable
from typing import TYPE_CHECKING

from local import runs
from local.aws_client import s3_client
from local.paths import DEMO_CLIPS
from local.resources import BUCKET
from local.stack import Stack
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: The recording whose page is shown: all demo clips, one after the other.
CONVERSATION = "interviews/anna"
#: A model that was taught, and the report of its teaching. The figures are an example.
MODEL = "calls-1"
_REPORT = {
    "decision": {"verdict": "BETTER", "reason": "Fewer words are wrong, beyond chance."},
    "word_error_rate": {"test": {"old": 15.3, "new": 7.0}, "others": {"old": 8.1, "new": 8.0}},
}
#: The pause between two clips, in seconds.
_PAUSE = 0.8


def fill(stack: Stack) -> str:
    """Let three runs transcribe the demo recordings, and return the id of the last one, in which two files failed."""
    s3, clips = s3_client(stack.addresses.endpoint), sorted(DEMO_CLIPS.glob("*.wav"))
    with stack.airflow.client() as client:
        for clip in clips[:2]:
            s3.upload_file(str(clip), BUCKET, f"{keys.INPUT_FOLDER}calls/{clip.name}")
        runs.wait(client, runs.trigger(client))
        for clip in clips:
            s3.upload_file(str(clip), BUCKET, f"{keys.INPUT_FOLDER}notes/{clip.name}")
        runs.wait(client, runs.trigger(client))
        _put(s3, f"{CONVERSATION}.wav", _join(clip.read_bytes() for clip in clips))
        _put(s3, "interviews/empty.wav", b"")
        _put(s3, "interviews/notes of the meeting.wav", b"These are words, and no audio. " * 40)
        run_id = runs.wait(client, runs.trigger(client, {"alternatives": 3})).run_id
    _add_models(s3)
    return run_id


def _add_models(s3: S3Client) -> None:
    """Add a model that was taught and one that was not. No run uses them."""
    folder = f"{keys.MODELS_FOLDER}{MODEL}/"
    files = {"model.json": {"name": MODEL, "lineage": {"base": "demo"}}, "report.json": _REPORT}
    for name, content in files.items():
        s3.put_object(Bucket=BUCKET, Key=folder + name, Body=json.dumps(content).encode())
    for name in (MODEL, "demo"):
        s3.put_object(Bucket=BUCKET, Key=f"{keys.MODELS_FOLDER}{name}/{name}.pbmm", Body=b"")


def _put(s3: S3Client, name: str, content: bytes) -> None:
    s3.put_object(Bucket=BUCKET, Key=keys.INPUT_FOLDER + name, Body=content)


def _join(clips: Iterable[bytes]) -> bytes:
    """Return one WAV file with all clips, which have the same format."""
    joined = io.BytesIO()
    target: wave.Wave_write | None = None
    for clip in clips:
        with wave.open(io.BytesIO(clip)) as source:
            if target is None:
                target = wave.open(joined, "wb")  # noqa: SIM115 - it is closed below
                target.setparams(source.getparams())
            target.writeframes(source.readframes(source.getnframes()))
            target.writeframes(
                bytes(int(_PAUSE * source.getframerate()) * source.getsampwidth() * source.getnchannels())
            )
    if target:
        target.close()
    return joined.getvalue()

"""Transcripts that the real container writes once per session, copied to where a test needs them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import uuid
import wave
from dataclasses import asdict, dataclass, replace

import pytest

from local.aws_client import aws_environment
from local.paths import DEMO_CLIPS, DEMO_MODEL, IMAGE_ENV, ROOT
from tests.support.dags.bucket_objects import freeze, upload
from tests.support.standin.standin_server import LocalAws
from transcription.contract import keys
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Item, Plan
from transcription.contract.options import FORMATS, Options
from transcription.contract.result import Output, Result
from transcription.shared.bucket import Bucket


def _silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(bytes(32_000))
    return file.getvalue()


@dataclass(frozen=True)
class Written:
    """What the container wrote for one file: its result, and its transcripts by the ending of their key."""

    result: Result
    transcripts: dict[str, bytes]


@dataclass(frozen=True)
class Container:
    """What the container wrote for a recording, for a second of silence, and for a file that is not audio."""

    speech: Written
    silence: Written
    broken: Written

    @classmethod
    def run(cls, aws: LocalAws) -> Container:
        """Run the container's own code on a shard of all three."""
        with pytest.MonkeyPatch.context() as patched:
            for name, value in aws_environment(aws.endpoint).items():
                patched.setenv(name, value)
            bucket = Bucket(f"container-{uuid.uuid4().hex}")
            bucket.client.create_bucket(Bucket=bucket.name)
            sounds = ((DEMO_CLIPS / "seven-one-three.wav").read_bytes(), _silence(), b"I am no audio.")
            items = tuple(upload(bucket, f"input/{n}.wav", sound, n) for n, sound in enumerate(sounds))
            plan = freeze(bucket, items, options=Options(formats=FORMATS))
            command = [str(IMAGE_ENV / "bin/python"), "-m", "transcriber", "--model", str(DEMO_MODEL)]
            done = subprocess.run(
                [*command, "--bucket", bucket.name, "--run", plan.run, "--draft", plan.draft],
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'transcriber_image'}:{ROOT / 'dags'}"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return cls(*(_written(bucket, plan, item) for item in items))

    def transcribe(self, bucket: Bucket, plan: Plan, item: Item, like: str = "speech") -> Result:
        """Write the transcripts and the result of `item`, as if it held the audio that `like` names."""
        written: Written = getattr(self, like)
        stem = keys.transcript(keys.name_of(item.key))
        wanted = ["", *(f".{suffix}" for suffix in plan.options.formats), ".json"] if written.transcripts else []
        outputs = tuple(put(bucket, stem + end, _about(written.transcripts[end], end, plan, item)) for end in wanted)
        result = replace(written.result, item=item, options=plan.options, outputs=outputs)
        bucket.write_record(RunKeys(plan.run).result(item.number), result)
        return result


def put(bucket: Bucket, key: str, data: bytes) -> Output:
    """Write an object; return it as an output of a result."""
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=data)
    return Output(key, len(data), hashlib.sha256(data).hexdigest())


def _written(bucket: Bucket, plan: Plan, item: Item) -> Written:
    result = bucket.read_record(Result, RunKeys(plan.run).result(item.number))
    stem = keys.transcript(keys.name_of(item.key))
    return Written(result, {output.key.removeprefix(stem): bucket.read(output.key) or b"" for output in result.outputs})


def _about(data: bytes, end: str, plan: Plan, item: Item) -> bytes:
    """Return a transcript with its provenance changed to `item` and `plan`."""
    if end != ".json":
        return data
    document = json.loads(data)
    document["provenance"] |= {"input": asdict(item), "options": asdict(plan.options), "recipe": plan.recipe}
    return json.dumps(document).encode()

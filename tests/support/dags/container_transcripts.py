"""Transcripts of the real container. The container runs once per session; tests copy what it wrote."""

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
from transcription.contract.manifest import Item, Plan
from transcription.contract.options import FORMATS, Options
from transcription.contract.result import Output, Result
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import Bucket


def _silence() -> bytes:
    """Return a WAV file with one second of silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as wav_file:
        wav_file.setparams((1, 2, 16_000, 0, "NONE", ""))
        wav_file.writeframes(bytes(32_000))
    return buffer.getvalue()


@dataclass(frozen=True)
class WrittenFile:
    """What the container wrote for one file."""

    #: The result record.
    result: Result
    #: The transcripts, by the ending of the key: empty for the text, otherwise such as `.json`.
    transcripts: dict[str, bytes]


@dataclass(frozen=True)
class Container:
    """What the container wrote for a recording, for a second of silence, and for a file that is not audio."""

    speech: WrittenFile
    silence: WrittenFile
    broken: WrittenFile

    @classmethod
    def run(cls, aws: LocalAws) -> Container:
        """Run the container's program on a shard of these three files, and return what the program wrote."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in aws_environment(aws.endpoint).items():
                patch.setenv(name, value)
            bucket = Bucket(f"container-{uuid.uuid4().hex}")
            bucket.client.create_bucket(Bucket=bucket.name)
            contents = ((DEMO_CLIPS / "seven-one-three.wav").read_bytes(), _silence(), b"This is not audio.")
            items = tuple(upload(bucket, f"input/{n}.wav", content, n) for n, content in enumerate(contents))
            plan = freeze(bucket, items, options=Options(formats=FORMATS))
            command = [str(IMAGE_ENV / "bin/python"), "-m", "transcriber", "--model", str(DEMO_MODEL)]
            process = subprocess.run(
                [*command, "--bucket", bucket.name, "--run", plan.run, "--draft", plan.draft],
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'transcriber_image'}:{ROOT / 'dags'}"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert process.returncode == 0, process.stdout + process.stderr
            return cls(*(_read_written_file(bucket, plan, item) for item in items))

    def transcribe(self, bucket: Bucket, plan: Plan, item: Item, like: str = "speech") -> Result:
        """Write the transcripts and the result record of a file, and return the result record.

        Args:
            bucket: the bucket to write to.
            plan: the plan of the run.
            item: the file.
            like: the field of this class to copy: `speech`, `silence` or `broken`.
        """
        written: WrittenFile = getattr(self, like)
        stem = keys.transcript(keys.name_of(item.key))
        endings = ["", *(f".{suffix}" for suffix in plan.options.formats), ".json"] if written.transcripts else []
        outputs = tuple(
            put(bucket, stem + ending, _with_provenance(written.transcripts[ending], ending, plan, item))
            for ending in endings
        )
        result = replace(written.result, item=item, options=plan.options, outputs=outputs)
        bucket.write_record(RunKeys(plan.run).result(item.number), result)
        return result


def put(bucket: Bucket, key: str, data: bytes) -> Output:
    """Write an object, and return the object as an output of a result."""
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=data)
    return Output(key, len(data), hashlib.sha256(data).hexdigest())


def _read_written_file(bucket: Bucket, plan: Plan, item: Item) -> WrittenFile:
    result = bucket.read_record(Result, RunKeys(plan.run).result(item.number))
    stem = keys.transcript(keys.name_of(item.key))
    return WrittenFile(
        result, {output.key.removeprefix(stem): bucket.read(output.key) or b"" for output in result.outputs}
    )


def _with_provenance(data: bytes, ending: str, plan: Plan, item: Item) -> bytes:
    """Return a transcript. If the transcript is JSON, its provenance names `item` and the options of `plan`."""
    if ending != ".json":
        return data
    document = json.loads(data)
    document["provenance"] |= {"input": asdict(item), "options": asdict(plan.options), "recipe": plan.recipe}
    return json.dumps(document).encode()

"""A bucket in which all children of a run have ended: audio, transcripts, the manifest and the result records.

One child transcribes one recording. All other files repeat its result record and its transcripts.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path

import httpx

from benchmarks.transcribing import models, recordings
from benchmarks.transcribing.child import Child
from local.aws_client import s3_client
from transcription.contract import keys, records
from transcription.contract.manifest import Item, Plan, Shard
from transcription.contract.options import Options
from transcription.contract.result import Result
from transcription.contract.run_keys import RunKeys

RUN = "benchmark"

_DRAFT = "0a1b2c3d"
_OPTIONS = Options(formats=())
#: The length of each recording, in seconds.
_SECONDS = 10
_FILES_PER_SHARD = 100
#: Number of records that one request puts into the local S3.
_BATCH = 10_000


@dataclass(frozen=True)
class _Pattern:
    """What a child wrote for one recording."""

    result: Result
    text: str
    json: str

    def result_of(self, item: Item) -> Result:
        """Return the result record of another file with the same transcripts."""
        written = {output.key: output for output in self.result.outputs}
        outputs = (
            replace(written[old_key], key=key)
            for old_key, key in zip(_transcript_keys(self.result.item.key), _transcript_keys(item.key), strict=True)
        )
        return replace(self.result, item=item, options=_OPTIONS, outputs=tuple(outputs))


def _transcript_keys(audio: str) -> tuple[str, str]:
    name = keys.name_of(audio)
    return keys.transcript(name), keys.transcript_json(name)


def fill(endpoint: str, bucket: str, audio: list[str], run: str = RUN) -> None:
    """Write small files to a bucket, and all that the children of a run wrote for them.

    Args:
        endpoint: The URL of the local S3.
        bucket: The name of the bucket.
        audio: The keys of the files, in the order in which S3 lists them.
        run: The name of the run.
    """
    s3 = s3_client(endpoint)
    pattern = _transcribe(endpoint, f"{bucket}-pattern")
    etag = s3.put_object(Bucket=bucket, Key="pattern", Body=b"RIFF")["ETag"].strip('"')
    copy(endpoint, bucket, "pattern", audio)
    items = [Item(number, key, etag, 4) for number, key in enumerate(audio)]
    texts, documents = zip(*map(_transcript_keys, audio), strict=True)
    for content, targets in ((pattern.text, texts), (pattern.json, documents)):
        s3.put_object(Bucket=bucket, Key="pattern", Body=content.encode())
        copy(endpoint, bucket, "pattern", targets)
    objects = (*_manifest(run, items), *((RunKeys(run).result(item.number), pattern.result_of(item)) for item in items))
    put(endpoint, bucket, objects)


def put(endpoint: str, bucket: str, objects: Iterable[tuple[str, object]]) -> None:
    """Write records to the local S3.

    Args:
        endpoint: The URL of the local S3.
        bucket: The name of the bucket.
        objects: Each key with its record; None for an object without content.
    """
    for batch in batched(objects, _BATCH):
        contents = {key: "" if record is None else records.dump(record).decode() for key, record in batch}
        _post(endpoint, "/_objects", {"bucket": bucket, "objects": contents})


def copy(endpoint: str, bucket: str, source: str, targets: Sequence[str]) -> None:
    """Copy an object of the local S3 to many keys."""
    _post(endpoint, "/_copies", {"bucket": bucket, "source": source, "keys": targets})


def _post(endpoint: str, path: str, document: object) -> None:
    httpx.post(f"{endpoint}{path}", content=json.dumps(document), timeout=300).raise_for_status()


def _manifest(run: str, items: list[Item]) -> Iterator[tuple[str, object]]:
    """Yield the records of the manifest with their keys."""
    shards = list(batched(items, _FILES_PER_SHARD))
    for index, shard in enumerate(shards):
        yield RunKeys(run).shard(_DRAFT, index), Shard(run, index, _OPTIONS, shard)
    size = sum(item.size for item in items)
    yield RunKeys(run).plan, Plan(run, _DRAFT, "2026-11-22T01:00:00+00:00", _OPTIONS, len(shards), len(items), size)


def _transcribe(endpoint: str, bucket: str) -> _Pattern:
    """Let a child transcribe one recording in a bucket of its own."""
    s3 = s3_client(endpoint)
    child = Child(endpoint, bucket, models.demo(), "libdeepspeech")
    with tempfile.TemporaryDirectory() as folder:
        child.upload(recordings.write(Path(folder) / "audio", _SECONDS, 1))
    child.run([0])
    ((text_key, text),) = child.texts(1).items()
    json_key = keys.transcript_json(text_key.removeprefix(keys.OUTPUT_FOLDER))
    document = s3.get_object(Bucket=bucket, Key=json_key)["Body"].read()
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=keys.RUNS_FOLDER)["Contents"]
    (result_key,) = (entry["Key"] for entry in listed if "/results/" in entry["Key"])
    result = records.load(Result, s3.get_object(Bucket=bucket, Key=result_key)["Body"].read(), result_key)
    return _Pattern(result, text.decode(), document.decode())

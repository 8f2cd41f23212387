"""A child of an array job, on files in a bucket of a local S3: from its start until the last transcript is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.transcribing import usage
from benchmarks.transcribing.models import BenchModel
from benchmarks.transcribing.usage import Usage
from local.aws_client import NO_PROXY, aws_environment, s3_client
from local.paths import IMAGE_ENV, LOCAL
from transcription.contract import keys, records
from transcription.contract.manifest import Item, Shard
from transcription.contract.options import Options

_PYTHON = IMAGE_ENV / "bin" / "python"
_NETWORKS = LOCAL / "benchmarks" / "networks"
_RUN, _DRAFT = "manual-benchmark", "0a1b2c3d"

#: By the key of each text that was written.
Texts = Mapping[str, bytes]


def networks_of(model: BenchModel) -> Path:
    """The folder with the batched engine's network of a model, made once, as the image has that of its own model.

    Raises:
        BenchmarkError: it cannot be made.
    """
    usage.observe([(_PYTHON, "-m", "transcriber", "--model", model.folder, "--convert", _NETWORKS)])
    return _NETWORKS


@dataclass(frozen=True)
class Child:
    """One shard with all of the files, in a bucket of its own, and the command that does it on some cores."""

    endpoint: str
    bucket: str
    model: BenchModel
    engine: str

    def upload(self, files: Sequence[Path]) -> None:
        """Make the bucket, upload the files and freeze the shard."""
        s3 = s3_client(self.endpoint)
        s3.create_bucket(Bucket=self.bucket)
        items = []
        for number, file in enumerate(files):
            key, data = f"{keys.INPUT}{file.name}", file.read_bytes()
            etag = s3.put_object(Bucket=self.bucket, Key=key, Body=data)["ETag"].strip('"')
            items.append(Item(number, key, etag, len(data)))
        options = Options(beam_width=self.model.beam_width, engine=self.engine)
        shard = records.dump(Shard(_RUN, 0, options, tuple(items)))
        s3.put_object(Bucket=self.bucket, Key=keys.RunKeys(_RUN).shard(_DRAFT, 0), Body=shard)

    def run(self, cores: Sequence[int]) -> Usage:
        """What it takes on these cores, S3 not included, which works beside it on whichever is free.

        Raises:
            BenchmarkError: it failed.
        """
        command = ("taskset", "--cpu-list", ",".join(map(str, cores)), _PYTHON, "-m", "transcriber")
        of_run = ("--bucket", self.bucket, "--run", _RUN, "--draft", _DRAFT, "--model", self.model.folder)
        networks = {"TRANSCRIBER_NETWORKS": str(networks_of(self.model))}
        environment = {**aws_environment(self.endpoint), **NO_PROXY, **networks}
        return usage.observe([(*command, *of_run)], environment)[0]

    def texts(self, files: int) -> Texts:
        """What it wrote.

        Raises:
            BenchmarkError: that is not one text for each of the files.
        """
        s3 = s3_client(self.endpoint)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=keys.OUTPUT)
        names = [each["Key"] for page in pages for each in page.get("Contents", ())]
        texts = [name for name in names if keys.transcript_json(name.removeprefix(keys.OUTPUT)) in names]
        if len(texts) != files:
            raise BenchmarkError(f"{self.engine} wrote {len(texts)} texts for {files} files.")
        return {name: s3.get_object(Bucket=self.bucket, Key=name)["Body"].read() for name in texts}

"""A child of an AWS Batch array job, run on this machine with files in a local S3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.transcribing import resource_usage
from benchmarks.transcribing.models import BenchmarkModel
from benchmarks.transcribing.resource_usage import ResourceUsage
from local.aws_client import NO_PROXY, aws_environment, s3_client
from local.paths import IMAGE_ENV, LOCAL
from transcription.contract import keys, records
from transcription.contract.manifest import Item, Shard
from transcription.contract.options import Options
from transcription.contract.run_keys import RunKeys

_PYTHON = IMAGE_ENV / "bin" / "python"
_NETWORKS = LOCAL / "benchmarks" / "networks"
_RUN, _DRAFT = "manual-benchmark", "0a1b2c3d"

#: The transcripts in text format, by their keys.
Texts = Mapping[str, bytes]


def networks_of(model: BenchmarkModel) -> Path:
    """Convert the network of a model for the batched engine, unless the network is already converted.

    The build of the image converts the image's model in the same way.

    Returns:
        The folder of converted networks.

    Raises:
        BenchmarkError: The model cannot be converted.
    """
    resource_usage.measure([(_PYTHON, "-m", "transcriber", "--model", model.folder, "--convert", _NETWORKS)])
    return _NETWORKS


@dataclass(frozen=True)
class Child:
    """A child whose shard has all files of a bucket."""

    #: The URL of the local S3.
    endpoint: str
    bucket: str
    model: BenchmarkModel
    engine: str

    def upload(self, files: Sequence[Path]) -> None:
        """Create the bucket, and upload the files and a shard that lists the files."""
        s3 = s3_client(self.endpoint)
        s3.create_bucket(Bucket=self.bucket)
        items = []
        for number, file in enumerate(files):
            key, data = f"{keys.INPUT_FOLDER}{file.name}", file.read_bytes()
            etag = s3.put_object(Bucket=self.bucket, Key=key, Body=data)["ETag"].strip('"')
            items.append(Item(number, key, etag, len(data)))
        options = Options(beam_width=self.model.beam_width, engine=self.engine)
        shard = records.dump(Shard(_RUN, 0, options, tuple(items)))
        s3.put_object(Bucket=self.bucket, Key=RunKeys(_RUN).shard(_DRAFT, 0), Body=shard)

    def run(self, cores: Sequence[int]) -> ResourceUsage:
        """Run the child until it has written all transcripts and ended.

        Args:
            cores: The numbers of the cores that the child may use.

        Returns:
            What the child used. The local S3 is not included, and may run on any core.

        Raises:
            BenchmarkError: The child failed.
        """
        command = ("taskset", "--cpu-list", ",".join(map(str, cores)), _PYTHON, "-m", "transcriber")
        arguments = ("--bucket", self.bucket, "--run", _RUN, "--draft", _DRAFT, "--model", self.model.folder)
        networks = {"TRANSCRIBER_NETWORKS": str(networks_of(self.model))}
        environment = {**aws_environment(self.endpoint), **NO_PROXY, **networks}
        return resource_usage.measure([(*command, *arguments)], environment)[0]

    def texts(self, files: int) -> Texts:
        """Return the text transcripts that the child wrote.

        Args:
            files: The expected number of transcripts.

        Raises:
            BenchmarkError: The child wrote another number of transcripts.
        """
        s3 = s3_client(self.endpoint)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=keys.OUTPUT_FOLDER)
        written = [listed["Key"] for page in pages for listed in page.get("Contents", ())]
        texts = [key for key in written if keys.transcript_json(key.removeprefix(keys.OUTPUT_FOLDER)) in written]
        if len(texts) != files:
            raise BenchmarkError(f"{self.engine} wrote {len(texts)} texts for {files} files.")
        return {key: s3.get_object(Bucket=self.bucket, Key=key)["Body"].read() for key in texts}

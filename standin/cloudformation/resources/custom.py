"""What the CDK's own functions do, done here: Lambda does not run on this machine.

Sources: aws-cdk-lib's bucket-deployment-handler and auto-delete-objects-handler, whose properties these are.
"""

from __future__ import annotations

import io
import mimetypes
import zipfile
from collections.abc import Mapping
from typing import Any

from standin.cloudformation.errors import NotSupported
from standin.cloudformation.provider import Made, Properties, Provider, Request, provides


@provides("Custom::CDKBucketDeployment")
class BucketDeployment(Provider):
    """Puts files of the repository into a bucket. Those that are there already stay the version they are."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        self._deploy(request)
        return Made(f"aws.cdk.s3deployment.{request.name()}", self._attributes(request))

    def update(self, request: Request) -> Made:
        """See `Provider`. What lay elsewhere stays there, unless it is not to be retained."""
        if request.changed("DestinationBucketName", "DestinationBucketKeyPrefix") and not _flag(
            request.old, "RetainOnDelete"
        ):
            self._empty(request)
        self._deploy(request)
        return Made(request.made.physical_id, self._attributes(request))

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        if not _flag(request.old, "RetainOnDelete"):
            self._empty(request)

    def _deploy(self, request: Request) -> None:
        s3, wanted = request.client("s3"), request.properties
        for name in ("Include", "Exclude", "DistributionId"):
            if wanted.get(name):
                raise NotSupported(f"The local CloudFormation deploys files without {name}.")
        bucket, files = wanted["DestinationBucketName"], self._files(request)
        prefix = _prefix(wanted)
        there = {
            each["Key"]: each["ETag"]
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            for each in page.get("Contents", [])
        }
        for name, content in files.items():
            key = prefix + name
            # `aws s3 sync` goes by size and time, and all of a new archive are new: every file of it is written again.
            type_ = mimetypes.guess_type(name)[0] or "binary/octet-stream"
            s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=type_)
        if _flag(wanted, "Prune"):
            for key in there.keys() - {prefix + name for name in files}:
                s3.delete_object(Bucket=bucket, Key=key)

    @staticmethod
    def _files(request: Request) -> dict[str, bytes]:
        """What the sources hold, by path; a later source wins."""
        s3, wanted, files = request.client("s3"), request.properties, dict[str, bytes]()
        sources = zip(wanted["SourceBucketNames"], wanted["SourceObjectKeys"], strict=True)
        markers = wanted.get("SourceMarkers") or [{} for _ in wanted["SourceObjectKeys"]]
        for (bucket, key), marked in zip(sources, markers, strict=True):
            content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            if not _flag(wanted, "Extract"):
                files[key.rpartition("/")[2]] = content
                continue
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = [name for name in archive.namelist() if not name.endswith("/")]
                files |= {name: _fill_in(archive.read(name), marked) for name in names}
        return files

    @staticmethod
    def _attributes(request: Request) -> dict[str, Any]:
        s3, wanted = request.client("s3"), request.properties
        attributes = {"DestinationBucketArn": wanted.get("DestinationBucketArn")}
        if _flag(wanted, "OutputObjectKeys"):
            attributes["SourceObjectKeys"] = wanted["SourceObjectKeys"]
        if _flag(wanted, "OutputObjectVersionIds", default=False):
            keys = [_prefix(wanted) + key.rpartition("/")[2] for key in wanted["SourceObjectKeys"]]
            heads = [s3.head_object(Bucket=wanted["DestinationBucketName"], Key=key) for key in keys]
            attributes["SourceObjectVersionIds"] = [head.get("VersionId", "") for head in heads]
        return attributes

    @staticmethod
    def _empty(request: Request) -> None:
        s3, bucket = request.client("s3"), request.old["DestinationBucketName"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_prefix(request.old)):
            for each in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=each["Key"])


@provides("Custom::S3AutoDeleteObjects")
class AutoDeleteObjects(Provider):
    """Empties a bucket before it is removed."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        return Made(request.name())

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        s3, bucket = request.client("s3"), request.old["BucketName"]
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])


def _flag(properties: Properties, name: str, *, default: bool = True) -> bool:
    return str(properties.get(name, default)).lower() == "true"


def _prefix(properties: Properties) -> str:
    prefix = str(properties.get("DestinationBucketKeyPrefix", "")).strip("/")
    return f"{prefix}/" if prefix else ""


def _fill_in(content: bytes, markers: Mapping[str, str]) -> bytes:
    for marker, value in markers.items():
        content = content.replace(marker.encode(), str(value).encode())
    return content

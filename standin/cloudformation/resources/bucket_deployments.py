"""Files that the CDK copies into a bucket. In AWS a Lambda function copies them; the stand-in runs no functions.

Source: the properties are those of aws-cdk-lib's bucket-deployment-handler.
"""

from __future__ import annotations

import io
import mimetypes
import zipfile
from collections.abc import Mapping
from typing import Any

from standin.cloudformation.errors import NotSupported
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    Properties,
    ResourceHandler,
    handles,
)


@handles("Custom::CDKBucketDeployment")
class BucketDeployment(ResourceHandler):
    """Handler of CDK's `BucketDeployment`, which copies the content of zip files into a bucket."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Copy the files and return the resource. See `ResourceHandler`."""
        self._deploy(request)
        return PhysicalResource(f"aws.cdk.s3deployment.{request.unique_name()}", self._attributes(request))

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Copy the files. See `ResourceHandler`.

        If the destination has changed, the old files are deleted, unless they are to be retained.
        """
        if request.has_changed("DestinationBucketName", "DestinationBucketKeyPrefix") and not _flag(
            request.old_properties, "RetainOnDelete"
        ):
            self._empty(request)
        self._deploy(request)
        return PhysicalResource(request.existing.physical_id, self._attributes(request))

    def delete(self, request: HandlerRequest) -> None:
        """Delete the files, unless they are to be retained. See `ResourceHandler`."""
        if not _flag(request.old_properties, "RetainOnDelete"):
            self._empty(request)

    def _deploy(self, request: HandlerRequest) -> None:
        s3, properties = request.client("s3"), request.properties
        for name in ("Include", "Exclude", "DistributionId"):
            if properties.get(name):
                raise NotSupported(f"The local CloudFormation does not support {name} of a bucket deployment.")
        bucket, files = properties["DestinationBucketName"], self._files(request)
        prefix = _prefix(properties)
        existing_keys = {
            entry["Key"]
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            for entry in page.get("Contents", [])
        }
        for name, content in files.items():
            content_type = mimetypes.guess_type(name)[0] or "binary/octet-stream"
            # Unchanged files are written again, too: the CDK's function runs `aws s3 sync` on freshly unpacked files,
            # which are always newer than the objects.
            s3.put_object(Bucket=bucket, Key=prefix + name, Body=content, ContentType=content_type)
        if _flag(properties, "Prune"):
            for key in existing_keys - {prefix + name for name in files}:
                s3.delete_object(Bucket=bucket, Key=key)

    @staticmethod
    def _files(request: HandlerRequest) -> dict[str, bytes]:
        """Return the content of the sources by path. A later source overrides an earlier one."""
        s3, properties, files = request.client("s3"), request.properties, dict[str, bytes]()
        sources = zip(properties["SourceBucketNames"], properties["SourceObjectKeys"], strict=True)
        markers = properties.get("SourceMarkers") or [{} for _ in properties["SourceObjectKeys"]]
        for (bucket, key), values in zip(sources, markers, strict=True):
            content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            if not _flag(properties, "Extract"):
                files[key.rpartition("/")[2]] = content
                continue
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = [name for name in archive.namelist() if not name.endswith("/")]
                files |= {name: _replace_markers(archive.read(name), values) for name in names}
        return files

    @staticmethod
    def _attributes(request: HandlerRequest) -> dict[str, Any]:
        s3, properties = request.client("s3"), request.properties
        attributes = {"DestinationBucketArn": properties.get("DestinationBucketArn")}
        if _flag(properties, "OutputObjectKeys"):
            attributes["SourceObjectKeys"] = properties["SourceObjectKeys"]
        if _flag(properties, "OutputObjectVersionIds", default=False):
            keys = [_prefix(properties) + key.rpartition("/")[2] for key in properties["SourceObjectKeys"]]
            heads = [s3.head_object(Bucket=properties["DestinationBucketName"], Key=key) for key in keys]
            attributes["SourceObjectVersionIds"] = [head.get("VersionId", "") for head in heads]
        return attributes

    @staticmethod
    def _empty(request: HandlerRequest) -> None:
        s3, bucket = request.client("s3"), request.old_properties["DestinationBucketName"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_prefix(request.old_properties)):
            for entry in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=entry["Key"])


def _flag(properties: Properties, name: str, *, default: bool = True) -> bool:
    return str(properties.get(name, default)).lower() == "true"


def _prefix(properties: Properties) -> str:
    prefix = str(properties.get("DestinationBucketKeyPrefix", "")).strip("/")
    return f"{prefix}/" if prefix else ""


def _replace_markers(content: bytes, values: Mapping[str, str]) -> bytes:
    for marker, value in values.items():
        content = content.replace(marker.encode(), str(value).encode())
    return content

"""The audio bucket, as the pages use it: plain boto3, because Airflow's task SDK does not work in the API server.

The client is made at the first use, with the region and the endpoint of the process's environment, as in tasks.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from airflow.configuration import conf
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.utils import parse_timestamp
from fastapi import Depends

from transcription.contract import s3_error_codes
from transcription.contract.errors import SettingInvalid

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef

#: Number of requests that the pages send to S3 at once.
_CONNECTIONS = 32
#: In seconds. People wait for the answer, so the pages give up earlier than tasks.
_CONNECT_LIMIT, _READ_LIMIT = 5, 20
_ATTEMPTS = 4
#: Presigned addresses name the region. botocore's default, `s3.amazonaws.com`, redirects requests for a new bucket in
#: another region, and browsers follow no redirect of a preflight request.
_REGIONAL: Any = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
#: How long an address of an object works, in seconds.
PRESIGNED_SECONDS = 15 * 60


class ObjectChanged(Exception):
    """Raised when the object in the bucket is not the one that a person saw."""


@dataclass(frozen=True)
class AudioBucket:
    """The bucket with recordings and transcripts."""

    name: str
    client: S3Client

    def presigned(self, key: str, **parameters: Any) -> str:
        """Return an address at which a browser can read an object for `PRESIGNED_SECONDS`.

        Args:
            key: the key of the object.
            parameters: further parameters of GetObject, for example `ResponseContentType`.
        """
        return self.client.generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key, **parameters}, ExpiresIn=PRESIGNED_SECONDS
        )

    def head(self, key: str) -> HeadObjectOutputTypeDef | None:
        """Return the description of an object, or None if there is no object."""
        try:
            return self.client.head_object(Bucket=self.name, Key=key)
        except self.client.exceptions.ClientError as error:
            if is_missing(error):
                return None
            raise

    def get(self, key: str) -> GetObjectOutputTypeDef | None:
        """Return an object with its content as a stream, or None if there is no object."""
        try:
            return self.client.get_object(Bucket=self.name, Key=key)
        except self.client.exceptions.ClientError as error:
            if is_missing(error):
                return None
            raise

    def read(self, key: str) -> bytes | None:
        """Return the content of an object, or None if there is no object."""
        answer = self.get(key)
        return answer["Body"].read() if answer else None

    def replace_json(self, key: str, content: bytes, etag: str | None, **parameters: Any) -> str:
        """Write a JSON document if the object is still the one that a person saw, and return the new ETag.

        Args:
            key: the key of the object.
            content: the document.
            etag: the ETag that the object must have; None if there must be no object.
            parameters: further parameters of PutObject, for example `Metadata`.

        Raises:
            ObjectChanged: somebody else was first.
        """
        condition: Any = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        try:
            written = self.client.put_object(
                Bucket=self.name, Key=key, Body=content, ContentType="application/json", **condition, **parameters
            )
        except self.client.exceptions.ClientError as error:
            if not (is_changed(error) or is_missing(error)):
                raise
            # The object is this one if S3's answer was lost, and botocore sent the request again.
            saved = self.get(key)
            if saved is None or saved["Body"].read() != content:
                raise ObjectChanged from error
            return saved["ETag"]
        return written["ETag"]


def is_missing(error: ClientError) -> bool:
    """Return whether S3 says that the object does not exist."""
    return error.response["Error"]["Code"] in s3_error_codes.MISSING


def is_changed(error: ClientError) -> bool:
    """Return whether a conditional request failed, because the object is another one or exists already."""
    return error.response["Error"]["Code"] in s3_error_codes.CHANGED | s3_error_codes.CONFLICT


@cache
def _client(endpoint: str, region: str) -> S3Client:
    """Return the S3 client for an endpoint (empty: AWS) and a region (empty: boto3's default)."""
    config = Config(
        signature_version="s3v4",
        max_pool_connections=_CONNECTIONS,
        connect_timeout=_CONNECT_LIMIT,
        read_timeout=_READ_LIMIT,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        # Browsers send parts without checksums, so botocore must not announce checksums when a multipart upload starts.
        request_checksum_calculation="when_required",
        s3=None if endpoint else _REGIONAL,
    )
    botocore_session = botocore.session.get_session()
    botocore_session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_parse_time)
    session = boto3.session.Session(region_name=region or None, botocore_session=botocore_session)
    client = session.client("s3", endpoint_url=endpoint or None, config=config)
    client.meta.events.register("before-call.s3.CopyObject", _keep_target)
    return client


def _parse_time(value: str) -> datetime:
    """Parse a time of an answer of S3. botocore's own parser takes most of the time of a listing of 1,000 objects."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:  # headers have another format
        return parse_timestamp(value)


def _keep_target(params: dict[str, Any], **_: object) -> None:
    """Let a copy fail if its target exists. The botocore of Airflow 3.0 has no parameter for this condition."""
    params["headers"]["If-None-Match"] = "*"


def audio_bucket() -> AudioBucket:
    """Return the audio bucket of this deployment.

    Raises:
        SettingInvalid: Airflow's configuration names no bucket.
    """
    name = conf.get("transcription", "bucket", fallback="")
    if not name:
        raise SettingInvalid(
            "[transcription] bucket is empty. Set it in Airflow's configuration; `cdk deploy` does so by itself."
        )
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    return AudioBucket(name, _client(endpoint, os.environ.get("AWS_REGION", "")))


def bucket_origin() -> str:
    """Return scheme and host of the addresses at which browsers read the bucket; empty if there is no bucket."""
    try:
        return _origin(audio_bucket())
    except (SettingInvalid, BotoCoreError):
        return ""


@cache
def _origin(bucket: AudioBucket) -> str:
    """Return scheme and host of a bucket's addresses. Every answer needs them, and signing an address takes time."""
    address = urlsplit(bucket.presigned("-"))
    return f"{address.scheme}://{address.netloc}"


Bucket = Annotated[AudioBucket, Depends(audio_bucket)]

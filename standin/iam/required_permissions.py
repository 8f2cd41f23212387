"""Which permissions a request needs. Source: Service Authorization Reference, of each service."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from moto.batch.models import batch_backends

from standin.account import ACCOUNT_ID
from standin.iam.policy import Need
from standin.server.aws_request import Call, copy_source

#: Requests come without TLS here, and count as if they had it: the local AWS has no certificate.
_CONNECTION = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}

#: What S3 asks for by the method and the first of these words in the query; without one of them, by the method alone.
_OBJECT_ACTIONS = {
    ("GET", "tagging"): "GetObjectTagging",
    ("GET", "uploadId"): "ListMultipartUploadParts",
    ("PUT", "tagging"): "PutObjectTagging",
    ("DELETE", "tagging"): "DeleteObjectTagging",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("GET", "versionId"): "GetObjectVersion",
    ("HEAD", "versionId"): "GetObjectVersion",
    ("DELETE", "versionId"): "DeleteObjectVersion",
    ("GET", ""): "GetObject",
    ("HEAD", ""): "GetObject",
    ("PUT", ""): "PutObject",
    ("POST", ""): "PutObject",
    ("DELETE", ""): "DeleteObject",
}
_BUCKET_ACTIONS = {
    ("GET", "versions"): "ListBucketVersions",
    ("GET", "uploads"): "ListBucketMultipartUploads",
    ("GET", "location"): "GetBucketLocation",
    ("GET", "versioning"): "GetBucketVersioning",
    ("GET", "encryption"): "GetEncryptionConfiguration",
    ("GET", "publicAccessBlock"): "GetBucketPublicAccessBlock",
    ("GET", "policy"): "GetBucketPolicy",
    ("GET", ""): "ListBucket",
    ("HEAD", ""): "ListBucket",
}


def of_object(bucket: str, action: str, key: str) -> Need:
    """One action on one object."""
    return Need(f"s3:{action}", f"arn:aws:s3:::{bucket}/{key}", _CONNECTION)


def of_listing(bucket: str, prefix: str | None, action: str = "ListBucket") -> Need:
    """Listing a bucket, or being told that something is not in it, which names no prefix."""
    context = _CONNECTION if prefix is None else {**_CONNECTION, "s3:prefix": prefix}
    return Need(f"s3:{action}", f"arn:aws:s3:::{bucket}", context)


def of_request(asked: Call, environ: dict[str, Any]) -> list[Need]:
    """All that a request needs. What of DeleteObjects is to be deleted is checked one by one, elsewhere."""
    if asked.service == "s3":
        return _s3(environ)
    if (asked.service, asked.action) == ("batch", "SubmitJob"):
        return _submission(asked, json.loads(_body(environ)))
    if (asked.service, asked.action) == ("sns", "Publish"):
        form = parse_qs(_body(environ).decode())
        return [Need("sns:Publish", form.get("TopicArn", ["*"])[0])]
    if (asked.service, asked.action) == ("batch", "TerminateJob"):
        account = f"arn:aws:batch:{asked.region}:{ACCOUNT_ID}"
        return [Need("batch:TerminateJob", f"{account}:job/{json.loads(_body(environ))['jobId']}")]
    prefix = {"monitoring": "cloudwatch"}.get(asked.service, asked.service)
    return [Need(f"{prefix}:{asked.action}", "*")]


def _s3(environ: Mapping[str, Any]) -> list[Need]:
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    bucket, _, key = path.lstrip("/").partition("/")
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    method = environ["REQUEST_METHOD"]
    if not bucket:
        return [Need("s3:ListAllMyBuckets", "*", _CONNECTION)]
    if not key:
        if method == "POST" and "delete" in query:
            return []
        action = _action(_BUCKET_ACTIONS, method, query)
        if action in ("ListBucket", "ListBucketVersions") and method == "GET":
            return [of_listing(bucket, query.get("prefix", [None])[0], action)]
        return [of_listing(bucket, None, action)]
    needs = [of_object(bucket, _action(_OBJECT_ACTIONS, method, query), key)]
    if source := environ.get("HTTP_X_AMZ_COPY_SOURCE"):
        from_bucket, from_key, version = copy_source(source)
        needs.append(of_object(from_bucket, "GetObjectVersion" if version else "GetObject", from_key))
    if environ.get("HTTP_X_AMZ_TAGGING"):
        needs.append(of_object(bucket, "PutObjectTagging", key))
    return needs


def _action(actions: Mapping[tuple[str, str], str], method: str, query: Mapping[str, Any]) -> str:
    for (known, word), action in actions.items():
        if known == method and (word in query or not word):
            return action
    return f"{method}?{next(iter(query), '')}"  # which nothing allows but a `*`


def _submission(asked: Call, request: Mapping[str, Any]) -> list[Need]:
    backend = batch_backends[ACCOUNT_ID][asked.region]
    queue = backend.get_job_queue(request["jobQueue"])
    named = request["jobDefinition"]
    definition = (
        named if named.startswith("arn:") else f"arn:aws:batch:{asked.region}:{ACCOUNT_ID}:job-definition/{named}"
    )
    return [
        Need("batch:SubmitJob", queue.arn if queue else request["jobQueue"]),
        Need("batch:SubmitJob", definition),
    ]


def _body(environ: dict[str, Any]) -> bytes:
    """The whole body; it can be read again afterwards."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body

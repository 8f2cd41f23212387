"""The permissions that a request needs. Source: Service Authorization Reference, the page of each service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from moto.batch.models import batch_backends

from standin.account import ACCOUNT_ID
from standin.iam.policy import RequiredPermission
from standin.server.api_call import ApiCall, bucket_and_key, copy_source, query_parameters, read_body

#: Condition keys of a connection with TLS. The stand-in has no certificate. Its requests count as if they used TLS.
_CONNECTION = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}

#: S3's action by method and query parameter. The first match counts. An empty parameter always matches.
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
    ("POST", "restore"): "RestoreObject",
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


def of_object(bucket: str, action: str, key: str) -> RequiredPermission:
    """Return the permission for one action of S3 on one object."""
    return RequiredPermission(f"s3:{action}", f"arn:aws:s3:::{bucket}/{key}", _CONNECTION)


def of_listing(bucket: str, prefix: str | None, action: str = "ListBucket") -> RequiredPermission:
    """Return the permission for one action of S3 on a bucket.

    Args:
        bucket: the name of the bucket.
        prefix: the prefix of a listing; None if the request names none.
        action: the action, without `s3:`.
    """
    context = _CONNECTION if prefix is None else {**_CONNECTION, "s3:prefix": prefix}
    return RequiredPermission(f"s3:{action}", f"arn:aws:s3:::{bucket}", context)


def of_call(  # noqa: PLR0911 - one return for each service
    call: ApiCall, environ: dict[str, Any]
) -> list[RequiredPermission]:
    """Return the permissions that a call needs. A DeleteObjects needs one more for each object: see `of_object`."""
    if call.service == "s3":
        return _of_s3_call(environ)
    match call.service, call.action:
        case "batch", "SubmitJob":
            return _of_submission(call, json.loads(read_body(environ)))
        case "batch", "TerminateJob":
            job_id = json.loads(read_body(environ))["jobId"]
            return [RequiredPermission("batch:TerminateJob", f"{_batch_arn(call)}:job/{job_id}")]
        case "logs", "GetLogEvents":
            request = json.loads(read_body(environ))
            place = f"log-group:{request['logGroupName']}:log-stream:{request['logStreamName']}"
            return [RequiredPermission("logs:GetLogEvents", f"arn:aws:logs:{call.region}:{ACCOUNT_ID}:{place}")]
        case "sns", "Publish":
            form = parse_qs(read_body(environ).decode())
            return [RequiredPermission("sns:Publish", form.get("TopicArn", ["*"])[0])]
        case "sqs", "ReceiveMessage" | "DeleteMessage" | "DeleteMessageBatch":
            queue = json.loads(read_body(environ))["QueueUrl"].rpartition("/")[2]
            action = call.action.removesuffix("Batch")
            return [RequiredPermission(f"sqs:{action}", f"arn:aws:sqs:{call.region}:{ACCOUNT_ID}:{queue}")]
    prefix = {"monitoring": "cloudwatch"}.get(call.service, call.service)
    return [RequiredPermission(f"{prefix}:{call.action}", "*")]


def _of_s3_call(environ: dict[str, Any]) -> list[RequiredPermission]:
    bucket, key = bucket_and_key(environ)
    query = query_parameters(environ)
    method = environ["REQUEST_METHOD"]
    if not bucket:
        return [RequiredPermission("s3:ListAllMyBuckets", "*", _CONNECTION)]
    if not key:
        if method == "POST" and "delete" in query:
            return []
        action = _action(_BUCKET_ACTIONS, method, query)
        names_prefix = action in ("ListBucket", "ListBucketVersions") and method == "GET"
        return [of_listing(bucket, query.get("prefix", [None])[0] if names_prefix else None, action)]
    permissions = [of_object(bucket, _action(_OBJECT_ACTIONS, method, query), key)]
    if source := environ.get("HTTP_X_AMZ_COPY_SOURCE"):
        from_bucket, from_key, version = copy_source(source)
        permissions.append(of_object(from_bucket, "GetObjectVersion" if version else "GetObject", from_key))
    if environ.get("HTTP_X_AMZ_TAGGING"):
        permissions.append(of_object(bucket, "PutObjectTagging", key))
    return permissions


def _action(actions: Mapping[tuple[str, str], str], method: str, query: Mapping[str, Any]) -> str:
    for (action_method, parameter), action in actions.items():
        if action_method == method and (parameter in query or not parameter):
            return action
    return f"{method}?{next(iter(query), '')}"  # no action of S3, so only the wildcard `*` allows it


def _of_submission(call: ApiCall, request: Mapping[str, Any]) -> list[RequiredPermission]:
    """Return the permissions that a SubmitJob needs: for the queue and for the job definition."""
    queue = batch_backends[ACCOUNT_ID][call.region].get_job_queue(request["jobQueue"])
    definition = request["jobDefinition"]
    if not definition.startswith("arn:"):
        definition = f"{_batch_arn(call)}:job-definition/{definition}"
    return [
        RequiredPermission("batch:SubmitJob", queue.arn if queue else request["jobQueue"]),
        RequiredPermission("batch:SubmitJob", definition),
    ]


def _batch_arn(call: ApiCall) -> str:
    """Return the start of the ARNs of Batch's resources in the region of a call."""
    return f"arn:aws:batch:{call.region}:{ACCOUNT_ID}"

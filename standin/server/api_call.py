"""A call of an AWS API, read from the WSGI environment of its request."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session

#: The credential in a signature (version 4), from the Authorization header or a presigned URL.
_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]*)/(?P<service>[^/]+)/aws4_request")

#: The kinds of access to S3, as S3's permissions divide them: GET reads an object (also HEAD and the source of a copy),
#: PUT writes one (also POST and the target of a copy), DELETE deletes one, LIST lists keys.
ACCESSES = ("GET", "PUT", "DELETE", "LIST")
#: Queries that make a GET of a bucket return something other than its keys.
_SUBRESOURCES = {
    *("acl", "cors", "encryption", "lifecycle", "location", "logging", "notification", "object-lock", "policy"),
    *("ownershipControls", "publicAccessBlock", "replication", "tagging", "uploads", "versioning", "website"),
}


@dataclass(frozen=True)
class ObjectAccess:
    """One access to S3: its kind (one of `ACCESSES`), and the key of the object or the prefix of a listing."""

    kind: str
    key: str


@dataclass(frozen=True)
class ApiCall:
    """One call of an AWS API."""

    service: str
    #: The name of the action, such as `SubmitJob`. For S3: the method and the first segment of the key.
    action: str
    #: The access key that signed the call; empty for an unsigned call.
    access_key: str
    #: The accesses to S3 that the call makes, without the objects of a DeleteObjects.
    accesses: tuple[ObjectAccess, ...] = ()
    region: str = ""


def read(environ: dict[str, Any]) -> ApiCall:
    """Read the API call from a WSGI environment.

    The body is read only if the name of the action is in the body.
    """
    credential = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "") or unquote(environ.get("QUERY_STRING", "")))
    service = credential["service"] if credential else "s3"
    access_key = credential["key"] if credential else ""
    if service == "s3":
        return _read_s3(environ, access_key)
    region = credential["region"] if credential else ""
    return ApiCall(service, _action(service, environ), access_key, region=region)


def bucket_and_key(environ: dict[str, Any]) -> tuple[str, str]:
    """Return the bucket and the key of an S3 request. Either is empty if the request does not name it.

    Only the path style (`/bucket/key`) is supported, because a local server has no host names for buckets.
    """
    # WSGI decodes the path as latin-1; S3 keys are UTF-8.
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    bucket, _, key = path.lstrip("/").partition("/")
    return bucket, key


def query_parameters(environ: dict[str, Any]) -> dict[str, list[str]]:
    """Return the values of each parameter in the query string. A parameter without a value has the value `""`."""
    return parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)


def copy_source(header: str) -> tuple[str, str, str | None]:
    """Parse the header `x-amz-copy-source`.

    Returns:
        The bucket, the key and the version. The version is None if the header names none.
    """
    path, _, version = header.partition("?versionId=")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    return bucket, key, version or None


def read_body(environ: dict[str, Any]) -> bytes:
    """Return the whole body of a request, and put it back so that it can be read again."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _action(service: str, environ: dict[str, Any]) -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET"):  # JSON protocol
        return str(target).rpartition(".")[2]
    if str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):  # query protocol
        return parse_qs(str(read_body(environ), "utf-8")).get("Action", ["?"])[0]
    path: str = environ["PATH_INFO"]  # REST protocol
    operations = _batch_operations() if service == "batch" else {}
    return operations.get(path, f"{environ['REQUEST_METHOD']} {path}")


@cache
def _batch_operations() -> dict[str, str]:
    """Return the names of Batch's operations by the paths of their requests."""
    service = botocore.session.get_session().get_service_model("batch")
    return {str(service.operation_model(name).http["requestUri"]): str(name) for name in service.operation_names}


def _read_s3(environ: dict[str, Any], access_key: str) -> ApiCall:
    bucket, key = bucket_and_key(environ)
    method = environ["REQUEST_METHOD"]
    if not bucket:
        return ApiCall("s3", f"{method} /", access_key)
    if not key:
        return _read_bucket(method, query_parameters(environ), access_key)
    accesses = [ObjectAccess({"HEAD": "GET", "POST": "PUT"}.get(method, method), key)]
    if source := environ.get("HTTP_X_AMZ_COPY_SOURCE"):
        method = "COPY"
        accesses.append(ObjectAccess("GET", copy_source(source)[1]))
    return ApiCall("s3", f"{method} {_first_segment(key)}", access_key, tuple(accesses))


def _read_bucket(method: str, query: dict[str, list[str]], access_key: str) -> ApiCall:
    prefix = query.get("prefix", [""])[0]
    if method == "GET" and not query.keys() & _SUBRESOURCES:
        return ApiCall("s3", f"LIST {_first_segment(prefix)}", access_key, (ObjectAccess("LIST", prefix),))
    accesses = (ObjectAccess("DELETE", ""),) if method == "POST" and "delete" in query else ()
    return ApiCall("s3", f"{method} ?{next(iter(query), '')}", access_key, accesses)


def _first_segment(key: str) -> str:
    """Return the key up to and including its first slash, or the whole key if it has no slash."""
    head, slash, _ = key.partition("/")
    return head + slash

"""What a request asks of AWS, read from its WSGI environment without touching its body where that could be large."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session

#: Signature version 4, in the Authorization header or in a presigned URL.
_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]*)/(?P<service>[^/]+)/aws4_request")


#: What an S3 request needs: reading an object (GET, HEAD, the source of a copy), writing one (PUT, POST, the target
#: of a copy), deleting, listing. The same split as S3's permissions.
ACCESSES = ("GET", "PUT", "DELETE", "LIST")


@dataclass(frozen=True)
class Access:
    """One object, or the start of many, and what is done to it: one of `ACCESSES`."""

    kind: str
    key: str


@dataclass(frozen=True)
class Call:
    """One call of an AWS API."""

    service: str
    #: The API's own name for it; for S3 the method and the first segment of the key.
    action: str
    #: Who signed it; empty where nobody did.
    access_key: str
    #: What it needs of S3. Several objects deleted by one request are not in it.
    accesses: tuple[Access, ...] = ()
    region: str = ""


def read(environ: dict[str, Any]) -> Call:
    """The call that a WSGI environment stands for."""
    signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "") or unquote(environ.get("QUERY_STRING", "")))
    service = signed["service"] if signed else "s3"
    access_key = signed["key"] if signed else ""
    if service == "s3":
        return _read_s3(environ, access_key)
    region = signed["region"] if signed else ""
    return Call(service, _action(service, environ), access_key, region=region)


def _action(service: str, environ: dict[str, Any]) -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET"):  # JSON protocol
        return str(target).rpartition(".")[2]
    if str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):  # query protocol
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        return parse_qs(str(body, "utf-8")).get("Action", ["?"])[0]
    path: str = environ["PATH_INFO"]  # REST protocol
    operations = _batch_operations() if service == "batch" else {}
    return operations.get(path, f"{environ['REQUEST_METHOD']} {path}")


@cache
def _batch_operations() -> dict[str, str]:
    service = botocore.session.get_session().get_service_model("batch")
    return {str(service.operation_model(name).http["requestUri"]): str(name) for name in service.operation_names}


def _read_s3(environ: dict[str, Any], access_key: str) -> Call:
    # WSGI hands over bytes as latin-1; S3's keys are UTF-8. Path style only: a local server has no bucket hosts.
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    bucket, _, key = path.lstrip("/").partition("/")
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    method = environ["REQUEST_METHOD"]
    if not bucket:
        return Call("s3", f"{method} /", access_key)
    if not key:
        return _read_bucket(method, query, access_key)
    accesses = [Access({"HEAD": "GET", "POST": "PUT"}.get(method, method), key)]
    if source := environ.get("HTTP_X_AMZ_COPY_SOURCE"):
        method = "COPY"
        accesses.append(Access("GET", copy_source(source)[1]))
    return Call("s3", f"{method} {_first_segment(key)}", access_key, tuple(accesses))


def _read_bucket(method: str, query: dict[str, list[str]], access_key: str) -> Call:
    prefix = query.get("prefix", [""])[0]
    if method == "GET" and not query.keys() & _SUBRESOURCES:
        return Call("s3", f"LIST {_first_segment(prefix)}", access_key, (Access("LIST", prefix),))
    accesses = (Access("DELETE", ""),) if method == "POST" and "delete" in query else ()
    return Call("s3", f"{method} ?{next(iter(query), '')}", access_key, accesses)


#: What a GET of a bucket asks for other than its objects.
_SUBRESOURCES = {
    *("acl", "cors", "encryption", "lifecycle", "location", "logging", "notification", "object-lock", "policy"),
    *("ownershipControls", "publicAccessBlock", "replication", "tagging", "uploads", "versioning", "website"),
}


def copy_source(header: str) -> tuple[str, str, str | None]:
    """Bucket, key and version that the header `x-amz-copy-source` names."""
    path, _, version = header.partition("?versionId=")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    return bucket, key, version or None


def _first_segment(key: str) -> str:
    head, slash, _ = key.partition("/")
    return head + slash

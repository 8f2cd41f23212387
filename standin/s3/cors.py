"""The rules of a bucket that say which requests of web pages from other hosts a browser may send (CORS).

moto allows every request. S3 answers a preflight request by the first rule that fits, and adds headers to each answer,
also to errors. Source: Amazon S3 User Guide, "Using cross-origin resource sharing (CORS)".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from moto.s3.models import s3_backends
from werkzeug.wrappers import Response

from standin.account import ACCOUNT_ID
from standin.server.responses import xml_error

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_REFUSAL = "CORSResponse: This CORS request is not allowed."
_HEADERS = "access-control-"


def answer_preflight(bucket: str, environ: dict[str, Any]) -> Response:
    """Answer the OPTIONS request with which a browser asks whether it may send another one."""
    origin = environ.get("HTTP_ORIGIN", "")
    method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "")
    requested = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    headers = [header.strip().lower() for header in requested.split(",") if header.strip()]
    rule = _rule(bucket, origin, method, headers)
    if rule is None:
        return xml_error("AccessForbidden", _REFUSAL, 403)
    answer = _headers(rule, origin) | {"Access-Control-Allow-Headers": ", ".join(headers)}
    if rule.max_age_seconds:
        answer["Access-Control-Max-Age"] = str(rule.max_age_seconds)
    return Response("", 200, answer)


def add_headers(bucket: str, environ: dict[str, Any], start_response: StartResponse) -> StartResponse:
    """Return a `start_response` that replaces the CORS headers of an answer by those of the bucket's rules."""
    origin = environ.get("HTTP_ORIGIN", "")
    rule = _rule(bucket, origin, environ["REQUEST_METHOD"], ()) if origin else None
    added = list(_headers(rule, origin).items()) if rule else []

    def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
        others = [(name, value) for name, value in headers if not name.lower().startswith(_HEADERS)]
        return start_response(status, [*others, *added], *error)

    return start


def _rule(bucket: str, origin: str, method: str, headers: Iterable[str]) -> Any:
    """Return the first rule that allows a request, or None."""
    for rule in _rules(bucket):
        patterns = [pattern.lower() for pattern in _texts(rule.allowed_headers)]
        if (
            any(fnmatchcase(origin, pattern) for pattern in _texts(rule.allowed_origins))
            and method in _texts(rule.allowed_methods)
            and all(any(fnmatchcase(header, pattern) for pattern in patterns) for header in headers)
        ):
            return rule
    return None


def _rules(bucket: str) -> Iterator[Any]:
    for backend in s3_backends[ACCOUNT_ID].values():
        if bucket in backend.buckets:
            yield from backend.buckets[bucket].cors


def _headers(rule: Any, origin: str) -> dict[str, str]:
    headers = {
        "Access-Control-Allow-Origin": "*" if "*" in _texts(rule.allowed_origins) else origin,
        "Access-Control-Allow-Methods": ", ".join(_texts(rule.allowed_methods)),
    }
    if exposed := _texts(rule.exposed_headers):
        headers["Access-Control-Expose-Headers"] = ", ".join(exposed)
    return headers


def _texts(value: str | list[str] | None) -> list[str]:
    """Return the texts of a field of a rule. moto keeps one text without a list."""
    return [value] if isinstance(value, str) else value or []

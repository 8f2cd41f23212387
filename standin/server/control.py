"""Answers to requests that control the stand-in itself. Requests and answers are JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from standin.s3 import bulk_copies, bulk_objects
from standin.s3.kept_objects import KeptObjects
from standin.server.call_counts import CallCounts

#: A function of the HTTP method and the body. It returns a JSON document (None for an empty body) and the HTTP status.
Handler = Callable[[str, bytes], tuple[Any, int]]


def answer(request: Request, handler: Handler) -> Response:
    """Return the result of `handler` as a response. A ValueError of `handler` becomes status 400 with its text."""
    try:
        document, status = handler(request.method, request.get_data())
    except ValueError as error:  # also raised for a body that is not JSON
        document, status = {"error": str(error)}, 400
    return json_response(document, status)


def json_response(document: Any, status: int) -> Response:
    """Return a response with an indented JSON document. If the document is None, the body is empty."""
    body = "" if document is None else json.dumps(document, indent=1) + "\n"
    return Response(body, status=status, content_type="application/json")


def method_not_allowed(path: str, method: str) -> tuple[Any, int]:
    """Return the answer of a handler to a method that its path does not support: an error with status 405."""
    return {"error": f"{path} has no {method}."}, 405


def call_counts_handler(counts: CallCounts) -> Handler:
    """Return the handler of `/_calls`: GET returns the counts, DELETE sets them to zero."""

    def handle(method: str, body: bytes) -> tuple[Any, int]:
        match method:
            case "GET":
                return counts.describe(), 200
            case "DELETE":
                counts.clear()
                return None, 204
        return method_not_allowed("/_calls", method)

    return handle


def kept_objects_handler(kept_objects: KeptObjects) -> Handler:
    """Return the handler of `/_kept`: POST keeps a bucket in a folder. See `standin.s3.kept_objects`."""

    def handle(method: str, body: bytes) -> tuple[Any, int]:
        if method != "POST":
            return method_not_allowed("/_kept", method)
        return {"objects": kept_objects.keep(json.loads(body))}, 201

    return handle


def bulk_copies_handler(method: str, body: bytes) -> tuple[Any, int]:
    """Handle `/_copies`: POST copies an object to many keys. See `standin.s3.bulk_copies`."""
    if method != "POST":
        return method_not_allowed("/_copies", method)
    return {"copies": bulk_copies.put(json.loads(body))}, 201


def bulk_objects_handler(method: str, body: bytes) -> tuple[Any, int]:
    """Handle `/_objects`: POST creates many objects. See `standin.s3.bulk_objects`."""
    if method != "POST":
        return method_not_allowed("/_objects", method)
    return {"objects": bulk_objects.put(json.loads(body))}, 201

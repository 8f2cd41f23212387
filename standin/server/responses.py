"""Responses that refuse a request before the service sees it."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from typing import Any, NoReturn

from werkzeug.wrappers import Response

from standin.server.request_context import CONNECTION

_XML = """<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>{code}</Code><Message>{message}</Message></Error>"""


def xml_error(code: str, message: str, status: int) -> Response:
    """Return an error in the form of S3."""
    return Response(_XML.format(code=code, message=message), status=status, content_type="application/xml")


def query_error(code: str, message: str, status: int) -> Response:
    """Return an error in the form of services with the query protocol, such as SNS."""
    error = _XML.format(code=code, message=message).partition("\n")[2]
    return Response(f"<ErrorResponse>{error}</ErrorResponse>", status, content_type="application/xml")


def json_error(code: str, message: str, status: int) -> Response:
    """Return an error in the form of services with a JSON protocol: CloudWatch reads `__type`, Batch the header."""
    document = json.dumps({"__type": code, "message": message})
    return Response(document, status, {"x-amzn-ErrorType": code}, content_type="application/json")


def hang_up(environ: dict[str, Any]) -> NoReturn:
    """Close the connection of a request without a response.

    Raises:
        ConnectionAbortedError: always, so that the server does not try to answer.
    """
    connection: socket.socket = environ[CONNECTION]
    with suppress(OSError):  # the client may have closed it already
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("The connection was closed without a response.")

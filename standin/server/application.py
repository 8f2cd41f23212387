"""The WSGI application: counts every call, lets faults refuse or break it, and hands the rest to moto."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, partial
from typing import Any, NoReturn

import moto.batch.responses
import moto.s3.models
import moto.s3.responses
from moto.iam.access_control import PermissionResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.wrappers import Request, Response

from standin.batch.api import BatchApi
from standin.batch.scheduler import Scheduler
from standin.ecr import registry
from standin.faults import client_process
from standin.faults.fault_book import FaultBook
from standin.faults.faults import Who
from standin.iam.enforcement import Access
from standin.iam.policy import REFUSED
from standin.s3.api import DENIES, S3Api
from standin.s3.ordered_keys import OrderedKeys
from standin.server import aws_request, control
from standin.server.aws_request import Call
from standin.server.call_counts import Calls
from standin.server.control import Control
from standin.server.services import Service, Services

_ERROR = """<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>{code}</Code><Message>{message}</Message></Error>"""
#: A signature that nobody checks.
_ANYBODY = "AWS4-HMAC-SHA256 Credential=anybody/20260101/us-east-1/s3/aws4_request"
#: In a request's WSGI environment: its socket.
_CONNECTION = "werkzeug.socket"


def install(scheduler: Scheduler) -> None:
    """Put our Batch and S3 in the place of moto's: its URL tables, not yet imported, look these names up."""
    BatchApi.scheduler = scheduler
    moto.batch.responses.BatchResponse = BatchApi  # type: ignore[misc]
    moto.s3.responses.S3Response = S3Api  # type: ignore[misc]
    moto.s3.models._VersionedKeyStore = OrderedKeys  # type: ignore[attr-defined, assignment]
    # moto takes no notice of the conditions in a bucket's policy: one that wants TLS would refuse every write.
    moto.s3.models.FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL  # type: ignore[method-assign]


class Dispatcher(DomainDispatcherApplication):
    """Finds the part of moto that serves a host. moto reads its own folder for that, 1 ms of every request."""

    @cache  # noqa: B019  (there is one, and it knows a host per service and region)
    def get_backend_for_host(self, host: str | None) -> Any:
        """See moto's."""
        return super().get_backend_for_host(host)


class QuietHandler(MotoRequestHandler):
    """Logs errors, not every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


class LocalAws:
    """One AWS account on one machine."""

    def __init__(self, scheduler: Scheduler, book: FaultBook, services: Services) -> None:
        install(scheduler)
        self._scheduler, self._book, self._calls = scheduler, book, Calls()
        self._services = services
        self._access = Access(self._job_role)
        self._control = Control(book, self._calls, scheduler)
        self._moto = Dispatcher(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        if environ["PATH_INFO"] in control.PATHS:
            return self._control.answer(Request(environ))(environ, start_response)
        if environ["PATH_INFO"].startswith(registry.PATH):
            return self._services.registry.answer(Request(environ))(environ, start_response)
        asked = aws_request.read(environ)
        self._calls.count(asked.service, asked.action)
        if asked.service == "s3" and not asked.access_key:
            # A browser that follows a link signs nothing, and moto would turn it away.
            environ["HTTP_AUTHORIZATION"] = _ANYBODY
        attempt = self._scheduler.attempts.by_access_key.get(asked.access_key)
        if attempt and not attempt.admit(asked.accesses):
            _hang_up(environ)  # nobody is left to hear an answer
        who = attempt.who if attempt else None
        service = self._services.serving(asked)
        carried_out = partial(_answered_by, service) if service else self._moto
        answer = self._refusal(who, asked, environ) or self._broken(who, asked, environ, carried_out) or carried_out
        return answer(environ, start_response)

    def _job_role(self, access_key: str) -> str | None:
        attempt = self._scheduler.attempts.by_access_key.get(access_key)
        return attempt.role if attempt else None

    def _refusal(self, who: Who | None, asked: Call, environ: dict[str, Any]) -> Response | None:
        """What a fault answers instead of AWS; nothing where none applies."""
        environ[DENIES] = partial(self._denies, who, asked)
        if reason := self._access.refusal(asked, environ):
            print(f"{REFUSED}{reason}", file=sys.stderr, flush=True)
            return _denied(asked, reason)
        if any(self._book.denies(who, access.kind, access.key) for access in asked.accesses):
            return _error("AccessDenied", "Access Denied", 403)
        if self._book.throttles(asked):
            headers = {"x-amzn-ErrorType": "TooManyRequestsException"}
            return Response(json.dumps({"message": "Too Many Requests"}), 429, headers, content_type="application/json")
        return None

    def _denies(self, who: Who | None, asked: Call, bucket: str, kind: str, key: str) -> bool:
        """Whether one object of a request about many is refused, by a fault or by a role's policies."""
        if reason := self._access.refusal_of_object(asked.access_key, bucket, f"{kind.capitalize()}Object", key):
            print(f"{REFUSED}{reason}", file=sys.stderr, flush=True)
        return bool(reason) or self._book.denies(who, kind, key)

    def _broken(self, who: Who | None, asked: Call, environ: dict[str, Any], carried_out: Any) -> Response | None:
        """End the connection, carrying the request out or not, where a fault says so; nothing where none applies.

        Returns:
            An error where a fault cannot be carried out.
        """
        kill = self._book.kill(who, asked)
        if not kill and not self._book.loses_answer(who, asked):
            return None
        if not kill or kill[1].after:
            Response.from_app(carried_out, environ, buffered=True)
        if kill:
            try:
                client_process.kill(environ[_CONNECTION])
            except client_process.PeerUnknown as error:
                return _error("KillImpossible", str(error), 400)
            self._book.fire(kill[0])
        _hang_up(environ)


def _hang_up(environ: dict[str, Any]) -> NoReturn:
    """End the connection without an answer."""
    connection: socket.socket = environ[_CONNECTION]
    with suppress(OSError):  # the other end may be gone already
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("A fault ended the connection.")


def _error(code: str, message: str, status: int) -> Response:
    return Response(_ERROR.format(code=code, message=message), status=status, content_type="application/xml")


def _answered_by(service: Service, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    return service.answer(Request(environ))(environ, start_response)


def _denied(asked: Call, reason: str) -> Response:
    """AccessDenied in the words of the service: S3 and SNS answer in XML, most others in JSON."""
    if asked.service == "s3":
        return _error("AccessDenied", reason, 403)
    if asked.service == "sns":
        body = _error("AuthorizationError", reason, 403).get_data(as_text=True).partition("\n")[2]
        return Response(f"<ErrorResponse>{body}</ErrorResponse>", 403, content_type="application/xml")
    headers = {"x-amzn-ErrorType": "AccessDeniedException"}
    return Response(json.dumps({"message": reason}), 403, headers, content_type="application/json")

"""The WSGI application: counts every call, lets faults refuse it, and hands the rest to moto."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

import moto.batch.responses
import moto.s3.responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.wrappers import Request, Response

from local.aws import call
from local.aws.batch_api import BatchApi
from local.aws.call import Call
from local.aws.calls import Calls
from local.aws.control import CALLS, FAULTS, Control
from local.aws.fault_book import FaultBook
from local.aws.faults import Who
from local.aws.s3_api import DENIES, S3Api
from local.aws.scheduler import Scheduler

_DENIED = """<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"""


def install(scheduler: Scheduler) -> None:
    """Put our Batch and S3 in the place of moto's: its URL tables, not yet imported, look these names up."""
    BatchApi.scheduler = scheduler
    moto.batch.responses.BatchResponse = BatchApi  # type: ignore[misc]
    moto.s3.responses.S3Response = S3Api  # type: ignore[misc]


class QuietHandler(MotoRequestHandler):
    """Logs errors, not every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


class LocalAws:
    """One AWS account on one machine."""

    def __init__(self, scheduler: Scheduler, book: FaultBook) -> None:
        install(scheduler)
        self._scheduler, self._book, self._calls = scheduler, book, Calls()
        self._control = Control(book, self._calls, scheduler)
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        if environ["PATH_INFO"] in (FAULTS, CALLS):
            return self._control.answer(Request(environ))(environ, start_response)
        asked = call.read(environ)
        self._calls.count(asked.service, asked.action)
        refusal = self._refuse(asked, environ)
        return refusal(environ, start_response) if refusal else self._moto(environ, start_response)

    def _refuse(self, asked: Call, environ: dict[str, Any]) -> Response | None:
        """What a fault answers instead of AWS; nothing where none applies."""
        attempt = self._scheduler.attempts.get(asked.access_key)
        who: Who | None = attempt.who if attempt else None
        if attempt and not attempt.admit(asked.accesses):
            return Response(status=503)  # nobody is left to read it
        environ[DENIES] = partial(self._book.denies, who)
        if any(self._book.denies(who, access.kind, access.key) for access in asked.accesses):
            return Response(_DENIED, status=403, content_type="application/xml")
        if asked.service == "batch" and self._book.throttles(asked.action):
            headers = {"x-amzn-ErrorType": "TooManyRequestsException"}
            return Response(json.dumps({"message": "Too Many Requests"}), 429, headers, content_type="application/json")
        return None

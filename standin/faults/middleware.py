"""The WSGI middleware that makes requests fail, according to the faults in force."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from standin.batch.attempt_id import AttemptId
from standin.faults import client_process
from standin.faults.fault_book import FaultBook
from standin.server.api_call import ApiCall
from standin.server.request_context import ATTEMPT, CALL, CONNECTION, OBJECT_CHECKS
from standin.server.responses import hang_up, json_error, xml_error

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


class FaultMiddleware:
    """A middleware that passes a request on to `application`, unless a fault in `book` refuses or breaks it."""

    def __init__(self, application: WSGIApplication, book: FaultBook) -> None:
        self._application, self._book = application, book

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, as WSGI defines it."""
        call: ApiCall = environ[CALL]
        sender = environ[ATTEMPT].id if environ[ATTEMPT] else None
        environ.setdefault(OBJECT_CHECKS, []).append(partial(self._denies_object, sender))
        response = self._refusal(sender, call) or self._break_off(sender, call, environ) or self._application
        return response(environ, start_response)

    def _refusal(self, sender: AttemptId | None, call: ApiCall) -> Response | None:
        """Return the response of a `deny` or `throttle` fault; None if no such fault is in force for the call."""
        if any(self._book.denies(sender, access.kind, access.key) for access in call.accesses):
            return xml_error("AccessDenied", "Access Denied", 403)
        if self._book.throttles(call):
            return json_error("TooManyRequestsException", "Too Many Requests", 429)
        return None

    def _denies_object(self, sender: AttemptId | None, bucket: str, kind: str, key: str) -> bool:
        """Return whether a `deny` fault refuses one object of a DeleteObjects. The bucket makes no difference."""
        return self._book.denies(sender, kind, key)

    def _break_off(self, sender: AttemptId | None, call: ApiCall, environ: dict[str, Any]) -> Response | None:
        """Cause a `kill` or `lose_answer` fault, if one is in force for the call, and close the connection.

        Returns:
            None if no such fault is in force; an error if the process to kill is unknown or must not be killed.
        """
        kill = self._book.due_kill(sender, call)
        if not kill and not self._book.loses_answer(sender, call):
            return None
        if not kill or kill[1].after:
            Response.from_app(self._application, environ, buffered=True)
        if kill:
            try:
                client_process.kill(environ[CONNECTION])
            except client_process.ClientUnknown as error:
                return xml_error("KillImpossible", str(error), 400)
            self._book.fire(kill[0])
        hang_up(environ)

"""The WSGI application of the stand-in: it counts every call, and passes it through the layers to moto."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from standin.batch.scheduler import Scheduler
from standin.s3 import cors
from standin.s3.kept_objects import KeptObjects
from standin.server import api_call, control, moto_app
from standin.server.call_counts import CallCounts
from standin.server.request_context import ATTEMPT, CALL
from standin.server.responses import hang_up

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

#: A signature for unsigned requests: a browser that follows a link signs nothing, and moto would refuse it.
_UNCHECKED_SIGNATURE = "AWS4-HMAC-SHA256 Credential=anybody/20260101/us-east-1/s3/aws4_request"


class Application:
    """The WSGI application for one AWS account on one machine.

    A layer adds behaviour with `wrap` and `route`. Without layers every caller may do everything, and no request fails
    on demand.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        #: The address of this server. It is set before the first request.
        self.endpoint = ""
        self.kept_objects = KeptObjects()
        self._attempts, self._hooks = scheduler.attempts, scheduler.hooks
        self._call_counts = CallCounts()
        self._aws: WSGIApplication = moto_app.create_app(scheduler)
        self._routes: dict[str, Callable[[Request], Response]] = {
            "/_calls": partial(control.answer, handler=control.call_counts_handler(self._call_counts)),
            "/_copies": partial(control.answer, handler=control.bulk_copies_handler),
            "/_objects": partial(control.answer, handler=control.bulk_objects_handler),
            "/_kept": partial(control.answer, handler=control.kept_objects_handler(self.kept_objects)),
            "/_": _unknown_path,
        }

    def wrap(self, layer: Callable[[WSGIApplication], WSGIApplication]) -> None:
        """Put a WSGI middleware around moto and the earlier layers.

        The middleware finds the values named `CALL` and `ATTEMPT` in the environment of each request.
        """
        self._aws = layer(self._aws)

    def route(self, prefix: str, respond: Callable[[Request], Response]) -> None:
        """Let `respond` answer requests whose path starts with `prefix`. They do not count as calls of an AWS API."""
        self._routes = {prefix: respond, **self._routes}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, as WSGI defines it."""
        for prefix, respond in self._routes.items():
            if environ["PATH_INFO"].startswith(prefix):
                return respond(Request(environ))(environ, start_response)
        call = api_call.read(environ)
        if call.service == "s3":
            bucket, _ = api_call.bucket_and_key(environ)
            if environ["REQUEST_METHOD"] == "OPTIONS":
                return cors.answer_preflight(bucket, environ)(environ, start_response)
            start_response = cors.add_headers(bucket, environ, start_response)
        self._call_counts.count(call)
        if call.service == "s3" and not call.access_key:
            environ["HTTP_AUTHORIZATION"] = _UNCHECKED_SIGNATURE
        attempt = self._attempts.by_access_key.get(call.access_key)
        if attempt:
            self._hooks.attempt_calls(attempt, call)
            if attempt.is_killed():
                attempt.wait_until_gone()
                hang_up(environ)
        environ[CALL], environ[ATTEMPT] = call, attempt
        return self._aws(environ, start_response)


def _unknown_path(request: Request) -> Response:
    """Return status 404 for a path that starts with `/_` and belongs to no layer. No S3 bucket has such a name."""
    message = f"The stand-in has no {request.path}. /_faults is there with the option --faults."
    return control.json_response({"error": message}, 404)

"""The layer of roles: it refuses requests that the policies of the sender's role do not allow."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from standin.batch.scheduler import Scheduler
from standin.iam import REFUSED, queue_notifications
from standin.iam.role_permissions import RolePermissions
from standin.server.api_call import ApiCall
from standin.server.application import Application
from standin.server.request_context import CALL, OBJECT_CHECKS
from standin.server.responses import json_error, query_error, xml_error

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


class RoleLayer:
    """The layer of roles. It enforces their policies, and logs every refusal."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._attempts = scheduler.attempts
        self._permissions = RolePermissions(self._job_role)

    def install(self, application: Application) -> None:
        """Check each request before the layers that were installed earlier."""
        queue_notifications.install()
        application.wrap(lambda aws: partial(self._answer, aws))

    def _answer(self, aws: WSGIApplication, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        call: ApiCall = environ[CALL]
        environ.setdefault(OBJECT_CHECKS, []).append(partial(self._denies_object, call))
        if reason := self._permissions.refusal(call, environ):
            _log(reason)
            return _access_denied(call, reason)(environ, start_response)
        return aws(environ, start_response)

    def _denies_object(self, call: ApiCall, bucket: str, kind: str, key: str) -> bool:
        """Return whether the policies refuse one object of a DeleteObjects. Log a refusal."""
        reason = self._permissions.refusal_of_object(call.access_key, bucket, f"{kind.capitalize()}Object", key)
        if reason:
            _log(reason)
        return bool(reason)

    def _job_role(self, access_key: str) -> str | None:
        attempt = self._attempts.by_access_key.get(access_key)
        return attempt.role if attempt else None


def _log(reason: str) -> None:
    print(f"{REFUSED}{reason}", file=sys.stderr, flush=True)


def _access_denied(call: ApiCall, reason: str) -> Response:
    """Return the error in the form of the called service: XML from S3 and SNS, JSON from all others."""
    if call.service == "s3":
        return xml_error("AccessDenied", reason, 403)
    if call.service == "sns":
        return query_error("AuthorizationError", reason, 403)
    return json_error("AccessDeniedException", reason, 403)

"""The server of moto, a library that imitates AWS, with the stand-in's Batch and S3 in place of moto's own."""

from __future__ import annotations

from functools import cache
from typing import Any

import moto.batch.responses
import moto.moto_server.werkzeug_app
import moto.s3.models
import moto.s3.responses
from moto.iam.access_control import PermissionResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

from standin.batch.api import BatchApi
from standin.batch.scheduler import Scheduler
from standin.s3.api import S3Api
from standin.s3.ordered_keys import OrderedKeys


def create_app(scheduler: Scheduler) -> DomainDispatcherApplication:
    """Return moto's WSGI application, whose Batch runs jobs with `scheduler`."""
    BatchApi.scheduler = scheduler
    # moto imports its URL tables on the first request of a service, and looks these names up then.
    moto.batch.responses.BatchResponse = BatchApi  # type: ignore[misc]
    moto.s3.responses.S3Response = S3Api  # type: ignore[misc]
    moto.s3.models._VersionedKeyStore = OrderedKeys  # type: ignore[attr-defined, assignment]
    # moto evaluates bucket policies without their conditions: a policy that requires TLS would refuse every write.
    moto.s3.models.FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL  # type: ignore[method-assign]
    # moto allows web pages from other hosts everything; `standin.s3.cors` follows the rules of the bucket.
    moto.moto_server.werkzeug_app.DISABLE_GLOBAL_CORS = True  # type: ignore[attr-defined]
    return _Dispatcher(create_backend_app)


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher by host, with a cache. Without it, moto lists its own folder for every request (1 ms)."""

    @cache  # noqa: B019  (the process has one dispatcher, and one host per service and region)
    def get_backend_for_host(self, host: str | None) -> Any:
        """Return the part of moto that serves a host."""
        return super().get_backend_for_host(host)


class QuietHandler(MotoRequestHandler):
    """A handler of HTTP requests that logs errors, but not every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""

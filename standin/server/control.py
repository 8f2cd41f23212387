"""`/_faults`, `/_calls` and `/_copies`: how tests order faults, see what was called, and get many objects."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Request, Response

from standin.batch.scheduler import Scheduler
from standin.faults import fault_order
from standin.faults.fault_book import FaultBook
from standin.s3 import bulk_copies
from standin.server.call_counts import Calls

PATHS = ("/_faults", "/_calls", "/_copies")


class Control:
    """Answers the requests that are not AWS's. S3 bucket names cannot begin with `_`."""

    def __init__(self, book: FaultBook, calls: Calls, scheduler: Scheduler) -> None:
        self._book, self._calls, self._scheduler = book, calls, scheduler

    def answer(self, request: Request) -> Response:
        """The response to `request`, whose path is one of `PATHS`."""
        try:
            document, status = self._answer(request)
        except ValueError as error:  # FaultInvalid, or not JSON
            document, status = {"error": str(error)}, 400
        body = "" if document is None else json.dumps(document, indent=1) + "\n"
        return Response(body, status=status, content_type="application/json")

    def _answer(self, request: Request) -> tuple[Any, int]:
        document: Any = None
        status = 204
        match request.path, request.method:
            case "/_faults", "POST":
                document, status = {"id": self._book.add(fault_order.parse(json.loads(request.get_data())))}, 201
                self._scheduler.faults_changed()
            case "/_faults", "GET":
                document, status = {"faults": self._book.describe()}, 200
            case "/_faults", "DELETE":
                self._book.clear()
                self._scheduler.faults_changed()
            case "/_calls", "GET":
                document, status = self._calls.describe(), 200
            case "/_calls", "DELETE":
                self._calls.clear()
            case "/_copies", "POST":
                document, status = {"copies": bulk_copies.put(json.loads(request.get_data()))}, 201
            case path, method:
                document, status = {"error": f"{path} has no {method}."}, 405
        return document, status

"""`/_faults` and `/_calls`: how tests order faults, and see what was called."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Request, Response

from local.aws import faults
from local.aws.calls import Calls
from local.aws.fault_book import FaultBook
from local.aws.scheduler import Scheduler

FAULTS, CALLS = "/_faults", "/_calls"


class Control:
    """Answers the requests that are not AWS's. S3 bucket names cannot begin with `_`."""

    def __init__(self, book: FaultBook, calls: Calls, scheduler: Scheduler) -> None:
        self._book, self._calls, self._scheduler = book, calls, scheduler

    def answer(self, request: Request) -> Response:
        """The response to `request`, whose path is `FAULTS` or `CALLS`."""
        match request.path, request.method:
            case "/_faults", "POST":
                return self._order(request.get_data())
            case "/_faults", "GET":
                return _json({"faults": self._book.describe()})
            case "/_faults", "DELETE":
                self._book.clear()
                return Response(status=204)
            case "/_calls", "GET":
                return _json(self._calls.describe())
            case "/_calls", "DELETE":
                self._calls.clear()
                return Response(status=204)
        return _json({"error": f"{request.path} has no {request.method}."}, status=405)

    def _order(self, body: bytes) -> Response:
        try:
            number = self._book.add(faults.parse(json.loads(body)))
        except ValueError as error:  # FaultInvalid, or not JSON
            return _json({"error": str(error)}, status=400)
        self._scheduler.arm()
        return _json({"id": number}, status=201)


def _json(document: Any, status: int = 200) -> Response:
    return Response(json.dumps(document, indent=1) + "\n", status=status, content_type="application/json")

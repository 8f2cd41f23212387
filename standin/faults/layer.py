"""The layer of faults: `/_faults`, the faults of jobs and those of requests."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from standin.batch.scheduler import Scheduler
from standin.faults import fault_parser
from standin.faults.fault_book import FaultBook
from standin.faults.job_faults import JobFaults
from standin.faults.middleware import FaultMiddleware
from standin.server import control
from standin.server.application import Application


class FaultLayer:
    """Faults on demand. The scheduler must be made with `hooks`."""

    def __init__(self) -> None:
        self._book = FaultBook()
        self.hooks = JobFaults(self._book)

    def install(self, application: Application, scheduler: Scheduler) -> None:
        """Answer `/_faults`, and let requests meet the faults in force."""
        application.wrap(partial(FaultMiddleware, book=self._book))
        application.route("/_faults", partial(control.answer, handler=partial(self._handle, scheduler)))

    def _handle(self, scheduler: Scheduler, method: str, body: bytes) -> tuple[Any, int]:
        """Handle `/_faults`: POST adds a fault, GET lists those in force, DELETE ends all of them."""
        match method:
            case "POST":
                number = self._book.add(fault_parser.parse(json.loads(body)))
                self._faults_changed(scheduler)
                return {"id": number}, 201
            case "GET":
                return {"faults": self._book.describe()}, 200
            case "DELETE":
                self._book.clear()
                self._faults_changed(scheduler)
                return None, 204
        return control.method_not_allowed("/_faults", method)

    def _faults_changed(self, scheduler: Scheduler) -> None:
        scheduler.check_waiting_jobs()
        self.hooks.faults_changed()

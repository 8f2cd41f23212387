"""The layer of faults: the path `/_faults`, and the faults of jobs and requests."""

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
    """The layer of faults. Pass its `hooks` to the scheduler."""

    def __init__(self) -> None:
        self._book = FaultBook()
        self.hooks = JobFaults(self._book)

    def install(self, application: Application, scheduler: Scheduler) -> None:
        """Answer requests to `/_faults`, and let the faults in force change the answers to all other requests."""
        application.wrap(partial(FaultMiddleware, book=self._book))
        application.route("/_faults", partial(control.answer, handler=partial(self._handle, scheduler)))

    def _handle(self, scheduler: Scheduler, method: str, body: bytes) -> tuple[Any, int]:
        """Handle `/_faults`: POST adds a fault, GET lists the faults in force, DELETE ends all faults."""
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

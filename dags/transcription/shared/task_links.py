"""Buttons on tasks in the Airflow UI. Airflow 3 keeps each address as an XCom, so its web server needs none of this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context
    from airflow.sdk.types import TaskInstanceKey

#: How many failed children have a button of their own; one more button leads to the list of all.
FAILED_CHILDREN = 5


class Link(BaseOperatorLink):
    """A button that leads where the task says; it is not shown where the task has said nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        """What is written on the button."""
        return self._name

    @property
    def xcom_key(self) -> str:
        """Where Airflow keeps the address."""
        return f"link_{self._name.lower().replace(' ', '_')}"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """The address; Airflow asks for it when the task ends."""
        addresses: Mapping[str, str] = getattr(operator, "addresses", {})
        return addresses.get(self._name, "")


TRANSCRIPTS = Link("Transcripts")
REPORT = Link("Report")
JOB = Link("Batch job")
FAILED = Link("Failed children")
LOGS = tuple(Link(f"Log of failed child {number}") for number in range(1, FAILED_CHILDREN + 1))


def show(operator: Any, context: Context, link: Link, address: str) -> None:
    """Show a button from now on, while the task still runs."""
    operator.addresses[link.name] = address
    context["ti"].xcom_push(key=link.xcom_key, value=address)

"""Buttons on tasks in the Airflow UI.

Airflow 3 stores each button's address as an XCom, so its web server does not need this code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context
    from airflow.sdk.types import TaskInstanceKey

#: Number of failed children whose log has a button. One more button leads to the list of all failed children.
MAX_LOG_LINKS = 5


class TaskLink(BaseOperatorLink):
    """A button on a task in the Airflow UI.

    The task sets the address of the button while the task runs. A button without an address is not shown.

    Args:
        name: the button's label.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        """The button's label."""
        return self._name

    @property
    def xcom_key(self) -> str:
        """The key of the XCom in which Airflow stores the address."""
        return f"link_{self._name.lower().replace(' ', '_')}"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Return the address, or an empty text if the task has set none. Airflow calls this when the task ends."""
        addresses: Mapping[str, str] = getattr(operator, "addresses", {})
        return addresses.get(self._name, "")


TRANSCRIPTS_LINK = TaskLink("Transcripts")
REPORT_LINK = TaskLink("Report")
JOB_LINK = TaskLink("Batch job")
JOB_LOG_LINK = TaskLink("Log of the job")
FAILED_CHILDREN_LINK = TaskLink("Failed children")
LOG_LINKS = tuple(TaskLink(f"Log of failed child {number}") for number in range(1, MAX_LOG_LINKS + 1))


def show_link(operator: Any, context: Context, link: TaskLink, address: str) -> None:
    """Set a button's address, so that the UI shows the button while the task still runs.

    Args:
        operator: the operator of the task. Its dictionary `addresses` gets the address.
        context: the context of the task.
        link: the button.
        address: the address.
    """
    operator.addresses[link.name] = address
    context["ti"].xcom_push(key=link.xcom_key, value=address)

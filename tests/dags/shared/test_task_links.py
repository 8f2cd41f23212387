"""Links of tasks, which Airflow shows as buttons: its web server reads their addresses from XCom."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.support.dags.airflow_deployment import TaskInstance, make_context
from transcription.shared import task_links
from transcription.shared.task_links import TaskLink

ALL_LINKS = (
    task_links.TRANSCRIPTS_LINK,
    task_links.REPORT_LINK,
    task_links.JOB_LINK,
    task_links.FAILED_CHILDREN_LINK,
    *task_links.LOG_LINKS,
)


def test_each_link_has_a_name_and_an_xcom_key_of_its_own() -> None:
    names, xcom_keys = {link.name for link in ALL_LINKS}, {link.xcom_key for link in ALL_LINKS}
    assert len(names) == len(xcom_keys) == len(ALL_LINKS) == 9


@pytest.mark.parametrize("link", ALL_LINKS, ids=lambda link: link.name)
def test_a_button_is_shown_while_the_task_runs_and_when_it_has_ended(link: TaskLink) -> None:
    operator, ti = SimpleNamespace(addresses={}), TaskInstance()
    task_links.show_link(operator, make_context(ti), link, "https://example.test")
    assert ti.xcoms == {link.xcom_key: "https://example.test"}
    assert [other.get_link(operator, ti_key=None) for other in ALL_LINKS] == [  # type: ignore[arg-type]
        "https://example.test" if other is link else "" for other in ALL_LINKS
    ]


def test_a_link_without_an_address_is_not_shown() -> None:
    assert task_links.JOB_LINK.get_link(SimpleNamespace(), ti_key=None) == ""  # type: ignore[arg-type]

"""Buttons on tasks: Airflow's web server shows them without this code."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.support.dags.airflow_deployment import TaskInstance, make_context
from transcription.shared import task_links
from transcription.shared.task_links import TaskLink

ALL = (
    task_links.TRANSCRIPTS_LINK,
    task_links.REPORT_LINK,
    task_links.JOB_LINK,
    task_links.FAILED_CHILDREN_LINK,
    *task_links.LOG_LINKS,
)


def test_each_button_has_a_name_and_a_place_of_its_own() -> None:
    assert len({link.name for link in ALL}) == len({link.xcom_key for link in ALL}) == len(ALL) == 9


@pytest.mark.parametrize("link", ALL, ids=lambda link: link.name)
def test_a_button_is_shown_while_the_task_runs_and_when_it_has_ended(link: TaskLink) -> None:
    operator, ti = SimpleNamespace(addresses={}), TaskInstance()
    task_links.show_link(operator, make_context(ti), link, "https://there")
    assert ti.xcoms == {link.xcom_key: "https://there"}
    assert [other.get_link(operator, ti_key=None) for other in ALL] == [  # type: ignore[arg-type]
        "https://there" if other is link else "" for other in ALL
    ]


def test_a_button_of_a_task_that_said_nothing_is_not_shown() -> None:
    assert task_links.JOB_LINK.get_link(SimpleNamespace(), ti_key=None) == ""  # type: ignore[arg-type]

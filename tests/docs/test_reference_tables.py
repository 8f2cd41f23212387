"""The tables of settings, form fields and failure codes have a row for each name, and code in the pages is as it is."""

import tomllib
from dataclasses import fields

import pytest

from tests.support.markdown_pages import ROOT, Page
from transcription.contract.errors import InputError
from transcription.plan import trigger_form
from transcription.report.report_text import summarize
from transcription.report.run_report import Report
from transcription.shared.settings import Settings

DEFAULTS = {field.name: field.default for field in fields(Settings)}


def row(name: str, page: str, section: str) -> list[str]:
    """The cells of the row whose first cell names `name`, below the heading `section` of a page of docs/."""
    text = Page(ROOT / "docs" / f"{page}.md").text
    lines = text.split(f"{section}\n", 1)[1].split("\n## ")[0].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return next((cells for cells in rows if f"`{name}`" in cells[0]), [])


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_setting_has_its_row(name: str) -> None:
    assert row(name, "settings", "## Settings of the DAG")


@pytest.mark.parametrize("name", [name for name, value in DEFAULTS.items() if isinstance(value, (int, float))])
def test_the_default_of_a_setting_is_the_one_in_its_row(name: str) -> None:
    names, defaults, *_ = row(name, "settings", "## Settings of the DAG")
    written = dict(zip(names.split(", "), defaults.split(", "), strict=True))
    assert written[f"`{name}`"] in (str(DEFAULTS[name]).lower(), f"{DEFAULTS[name]:g}")


@pytest.mark.parametrize("name", trigger_form.PARAMS)
def test_a_field_of_the_form_has_its_row(name: str) -> None:
    assert row(name, "trigger-form", "# The trigger form")


@pytest.mark.parametrize("error", InputError.__subclasses__(), ids=lambda error: str(error.code))
def test_a_reason_why_audio_fails_has_its_row_with_what_to_do(error: type[InputError]) -> None:
    assert len(row(error.code, "troubleshooting", "## Recordings in `failed/`")) == 3


def test_the_default_schedule_is_the_one_in_its_row() -> None:
    assert row("schedule", "settings", "## Settings of the DAG")[1] == f"`{Settings.schedule}`, `{Settings.time_zone}`"


def test_the_example_of_a_report_is_what_the_report_says() -> None:
    report = Report(
        run="manual",
        transcribed=8,
        done_before=0,
        failed=0,
        failed_by_code={},
        left=0,
        waiting=0,
        missing=0,
        audio_seconds=20.8,
        real_time_factor=0.0112,
        vcpu_hours=0.0014,
        cost=0.00003,
        elsewhere=0.0083,
        words=30,
        engines={"libdeepspeech 0.9.3": 8},
    )
    assert f"```\n{summarize(report)}\n```" in (ROOT / "docs" / "costs.md").read_text()


def test_each_marker_of_tests_has_its_row() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    markers = [marker.split(":")[0] for marker in settings["markers"]]
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert [marker for marker in markers if f"\n| `{marker}` |" not in text] == []

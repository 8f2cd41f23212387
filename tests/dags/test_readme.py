"""The README: what people may set, choose or meet must stand there, or they cannot know of it."""

from dataclasses import fields
from pathlib import Path

import pytest

from transcription.contract.errors import InputError
from transcription.plan import trigger_form
from transcription.shared.settings import Settings

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()
DEFAULTS = {each.name: each.default for each in fields(Settings)}


def row(name: str, section: str) -> list[str]:
    """The cells of the row whose first cell names this, in the section with this heading."""
    lines = README.split(f"{section}\n", 1)[1].split("\n## ")[0].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return next((cells for cells in rows if f"`{name}`" in cells[0]), [])


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_setting_has_its_row(name: str) -> None:
    assert row(name, "### Settings")


@pytest.mark.parametrize("name", [name for name, value in DEFAULTS.items() if isinstance(value, (int, float))])
def test_the_default_of_a_setting_is_the_one_in_its_row(name: str) -> None:
    names, defaults, *_ = row(name, "### Settings")
    written = dict(zip(names.split(", "), defaults.split(", "), strict=True))
    assert written[f"`{name}`"] in (str(DEFAULTS[name]).lower(), f"{DEFAULTS[name]:g}")


@pytest.mark.parametrize("name", trigger_form.PARAMS)
def test_a_field_of_the_form_has_its_row(name: str) -> None:
    assert row(name, "### The trigger form")


@pytest.mark.parametrize("error", InputError.__subclasses__(), ids=lambda error: str(error.code))
def test_a_reason_why_audio_fails_has_its_row_with_what_to_do(error: type[InputError]) -> None:
    assert len(row(error.code, "## Daily use")) == 3

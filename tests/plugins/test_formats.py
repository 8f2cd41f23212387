"""Numbers, lengths and times as the pages show them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transcript_pages import formats, page_templates, static_files

#: A number, or what a template or a script puts in its place, and a unit after a space at which a line may break.
BREAKABLE = re.compile(r"[\d}] (?:%(?!\})|\N{MULTIPLICATION SIGN}|(?:s|bytes|[KMG]B|hours|vCPU)\b)")


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 24, 1, tzinfo=UTC), "2026-11-24 01:00 UTC"),
        ("2026-11-24T01:00:59+00:00", "2026-11-24 01:00 UTC"),
        ("2026-11-24T01:00:00-05:30", "2026-11-24 06:30 UTC"),
        ("0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00+05:00"),
        ("yesterday", "yesterday"),
        (None, formats.UNKNOWN),
    ],
)
def test_a_time_is_in_utc(moment: datetime | str | None, shown: str) -> None:
    assert formats.time(moment) == shown


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    assert formats.with_unit(8.04, "%", 1) == "8.0\N{NO-BREAK SPACE}%"
    assert formats.with_unit(1234.5, "vCPU hours", 2) == "1,234.50\N{NO-BREAK SPACE}vCPU\N{NO-BREAK SPACE}hours"
    assert formats.with_unit(None, "%", 1) == formats.UNKNOWN
    assert [formats.size(count) for count in (5, 2048, 3.4 * 2**20)] == [
        "5\N{NO-BREAK SPACE}bytes",
        "2\N{NO-BREAK SPACE}KB",
        "3.4\N{NO-BREAK SPACE}MB",
    ]


def test_sentences_keep_numbers_and_units_together_and_other_words_apart() -> None:
    sentence = "10.0 points fewer (95 % interval 5 to 12); 31 s of 2 speakers, 5 bytes, 12 MB"
    assert not BREAKABLE.search(formats.with_units(sentence))
    assert formats.with_units(sentence).replace("\N{NO-BREAK SPACE}", " ") == sentence
    assert formats.with_units("2 speakers said 3 words") == "2 speakers said 3 words"


def test_no_template_or_script_breaks_a_line_before_a_unit() -> None:
    folders = (Path(page_templates.__file__).parent / "templates", static_files.FOLDER)
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in (".html", ".js")]
    own = [file for file in files if "vendor" not in file.parts]
    assert own
    assert {file.name: BREAKABLE.findall(file.read_text()) for file in own if BREAKABLE.search(file.read_text())} == {}

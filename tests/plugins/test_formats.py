"""Numbers, lengths and times as the pages show them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transcript_pages import formats


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

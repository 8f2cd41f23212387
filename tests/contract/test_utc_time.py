"""The present time as records contain it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from transcription.contract import utc_time


def test_the_present_time_is_in_utc_and_to_the_second() -> None:
    before = datetime.now(timezone.utc) - timedelta(seconds=1)
    text = utc_time.now()
    moment = datetime.fromisoformat(text)
    assert before <= moment <= datetime.now(timezone.utc)
    assert text == f"{moment:%Y-%m-%dT%H:%M:%S}+00:00"

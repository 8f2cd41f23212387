"""Corrections of a recording with two segments, as the page sends them."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.support.plugins.browser_client import BrowserClient
from transcription.contract import keys
from transcription.shared.bucket import Bucket

NAME = "calls/a b#1"
SEGMENTS = [(0.0, 5.0, "one two three"), (5.0, 10.0, "four five")]
#: The header of the first correction of a recording.
FIRST: dict[str, str] = {"If-None-Match": "*"}


def edits(*texts: str, state: str = "unchecked") -> list[dict[str, Any]]:
    """Return the segments as the page sends them, with these texts."""
    return [
        {"start": start, "end": end, "text": text, "state": state, "channel": None}
        for (start, end, _), text in zip(SEGMENTS, texts, strict=True)
    ]


def save(client: BrowserClient, segments: Any, headers: dict[str, str] = FIRST, **request: Any) -> httpx.Response:
    """Send a correction."""
    query = {"name": NAME, **request.pop("params", {})}
    return client.change("PUT", "correction", params=query, json={"segments": segments}, headers=headers, **request)


def saved(client: BrowserClient, segments: Any, headers: dict[str, str] = FIRST) -> Any:
    """Send a correction that must be saved, and return the answer."""
    answer = save(client, segments, headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def stored(bucket: Bucket, name: str = NAME) -> Any:
    """Return the record of the correction."""
    data = bucket.read(keys.corrected_json(name))
    assert data is not None
    return json.loads(data)


def texts(bucket: Bucket, name: str) -> list[str]:
    """Return the texts of the saved correction."""
    return [segment["text"] for segment in stored(bucket, name)["segments"]]

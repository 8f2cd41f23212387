"""A pattern is found once wherever it lies, also across two blocks of a file."""

from __future__ import annotations

import io
import re

import pytest

from transcriber.audio import file_search


@pytest.mark.parametrize("start", [0, 1, 5])
@pytest.mark.parametrize("places", [[0], [5, 13], [14, 30], [15], [16, 20, 24], [29, 33]])
def test_each_place_is_found_once(monkeypatch: pytest.MonkeyPatch, places: list[int], start: int) -> None:
    monkeypatch.setattr(file_search, "_BLOCK", 16)
    content = bytearray(40)
    for place in places:
        content[place : place + 4] = b"RIFF"
    found = file_search.find_all(io.BytesIO(content), re.compile(b"RIFF"), 10, start)
    assert list(found) == [place for place in places if place >= start]

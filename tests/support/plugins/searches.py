"""The texts of runs, and the answers of the search in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from urllib.parse import unquote_plus

from tests.support.dags.reports import AUDIO
from tests.support.plugins.browser_client import PREFIX
from transcription.contract import result
from transcription.contract.manifest import Item
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import Outcome, Outcomes
from transcription.finish.texts import RecordingText, Texts
from transcription.shared.bucket import Bucket


def write_texts(bucket: Bucket, run: str, *pages: Sequence[Mapping[str, str]]) -> None:
    """Write the records of a run: for each page of files its parts, which are texts by the names of recordings."""
    run_keys, number = RunKeys(run), 0
    for page, parts in enumerate(pages):
        outcomes, part_keys = [], []
        for part in parts:
            key = run_keys.texts("draft-1", number)
            bucket.write_record(key, Texts(tuple(RecordingText(name, text) for name, text in part.items())))
            part_keys.append(key)
            for name in part:
                outcomes.append(Outcome(Item(number, f"input/{name}.wav", "e", 1), result.TRANSCRIBED, audio=AUDIO))
                number += 1
        record = Outcomes(run, tuple(outcomes), "draft-1-1", len(pages), texts=tuple(part_keys))
        bucket.write_record(run_keys.moves(page), record)


def hits(page: str) -> list[str]:
    """Return the names of the recordings that a search found."""
    return [unquote_plus(unescape(name)) for name in re.findall(r'recording\?name=([^"&]*)&amp;text=', page)]


def counts(page: str) -> tuple[str, ...]:
    """Return how many recordings a search found, and in how many it searched."""
    return tuple(re.findall(r'id="(?:hit|searched)-count">(\d+)<', page))


def next_search(page: str) -> str:
    """Return the path, below that of the pages, at which a search goes on; empty at its end."""
    addresses = re.findall(rf'id="search-on" href="{PREFIX}/([^"]*)"', page)
    return unescape(addresses[0]) if addresses else ""

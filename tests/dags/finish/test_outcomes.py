"""Outcomes: they repeat what the result record says, and their layout in S3 stays readable."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import get_type_hints

from transcription.contract import records, result
from transcription.contract.manifest import Failure, Item
from transcription.contract.options import Options
from transcription.contract.result import Audio, Model, Result
from transcription.finish.outcomes import Outcome, Outcomes

ITEM = Item(3, "input/a.wav", "etag", 64_044)
RESULT = Result(
    item=ITEM,
    status=result.TRANSCRIBED,
    options=Options(),
    model=Model("demo", "aa11"),
    finished="2026-11-22T01:03:00+00:00",
    wall_seconds=1.5,
    audio=Audio(2.0, 16_000, 1, "PCM_16"),
    words=2,
    confidence=0.93,
    unsure_words=1,
    cpu_seconds=0.9,
    no_speech=False,
    engine="batched int8 LSTM",
    engine_note="as float32 in 9 of 10 segments",
)


def test_an_outcome_repeats_each_of_its_fields_from_the_result() -> None:
    failed = replace(RESULT, status=result.FAILED, failure=Failure("AUDIO_EMPTY", "no bytes"), no_speech=True)
    for record in (RESULT, failed):
        outcome = Outcome.from_result(record)
        assert all(getattr(outcome, field.name) == getattr(record, field.name) for field in fields(Outcome))


def test_the_fields_of_an_outcome_are_those_of_a_result_with_the_same_types() -> None:
    of_result, of_outcome = get_type_hints(Result), get_type_hints(Outcome)
    assert {name: of_result.get(name) for name in of_outcome} == of_outcome


def test_outcomes_that_earlier_releases_wrote_are_readable() -> None:
    """A run may be cleared after an update: its `verdicts.json` is older than the code that reads it."""
    item = {"number": 3, "key": "input/a.wav", "etag": "etag", "size": 64_044}
    audio = {"seconds": 2.0, "sample_rate": 16_000, "channels": 1, "encoding": "PCM_16"}
    file = {"item": item, "status": "transcribed", "failure": None, "audio": audio, "words": 2, "confidence": 0.93}
    document = {"version": 1, "record": "outcomes", "run": "manual-1", "files": [{**file, "no_speech": False}]}
    expected = Outcome(ITEM, result.TRANSCRIBED, audio=RESULT.audio, words=2, confidence=0.93)
    assert records.load(Outcomes, json.dumps(document).encode(), "verdicts") == Outcomes("manual-1", (expected,))

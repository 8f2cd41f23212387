"""Corrections are valid by their JSON Schema, which users' programs rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from transcription.contract import correction, records
from transcription.contract.correction import CHECKED, Basis, Correction, Segment
from transcription.contract.word_alignment import TimedWord

SCHEMA = json.loads((Path(correction.__file__).parent / "correction.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
CORRECTION = Correction(
    recording="a b#1.wav",
    seconds=12.5,
    low_confidence=0.8,
    based_on=Basis("ab" * 32, "cd" * 32),
    formats=("srt", "TextGrid"),
    segments=(
        Segment(0.0, 5.0, "", ()),
        Segment(
            5.0,
            12.5,
            "hello שלום",
            (TimedWord("hello", 5.1, 5.4, 0.7), TimedWord("שלום", 5.5, 6.0)),
            CHECKED,
            "agent",
            "ann",
            "2026-11-26T18:00:00+00:00",
        ),
    ),
    by="ann",
    at="2026-11-26T18:00:00+00:00",
)


def document() -> dict[str, Any]:
    """The correction as an object that the test may change."""
    parsed: dict[str, Any] = json.loads(records.dump(CORRECTION))
    return parsed


def test_a_correction_is_valid_and_comes_back_as_it_was() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(document())
    assert records.load(Correction, records.dump(CORRECTION), "here") == CORRECTION


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("state",), "perfect"),
        (("start",), -1),
        (("text",), None),
        (("words", 0, "confidence"), 1.1),
        (("words", 0, "word"), ""),
        (("other",), 1),
    ],
)
def test_a_wrong_value_is_found(place: tuple[Any, ...], value: Any) -> None:
    changed = document()
    parent = changed["segments"][1]
    for name in place[:-1]:
        parent = parent[name]
    parent[place[-1]] = value
    assert not VALIDATOR.is_valid(changed)


def test_every_field_is_required() -> None:
    for name in document():
        changed = document()
        del changed[name]
        assert not VALIDATOR.is_valid(changed), name

"""Option declarations: their names, types, limits and error messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Optional

import pytest

from transcription.contract.errors import OptionInvalid
from transcription.contract.hot_word import HotWord
from transcription.contract.option_field import check_values, declared_options, option
from transcription.contract.options import Options


@dataclass(frozen=True)
class Inner:
    """A dataclass with two options and a field that is none."""

    speed: Optional[int] = option(
        None, title="Speed", help="How fast.", example=3, minimum=1, maximum=9, advice="3 is usual."
    )
    places: tuple[str, ...] = option((), title="Places", help="Where.", example=["left"], choices=("left", "right"))
    note: str = "not an option"


@dataclass(frozen=True)
class Outer:
    """A dataclass with options of its own and with those of `Inner`."""

    inner: Inner
    colour: str = option("red", title="Colour", help="Which.", example="red", choices=("red", "blue"))
    share: float = option(0.5, title="Share", help="How much.", example=0.5, minimum=0, maximum=1)
    count: int = option(1, title="Count", help="How many.", example=1, minimum=1)


def test_options_are_found_in_the_order_of_the_fields_with_name_type_and_default() -> None:
    options = [(declared.name, declared.kind, declared.default) for declared in declared_options(Outer)]
    assert options == [
        ("speed", int, None),
        ("places", tuple, ()),
        ("colour", str, "red"),
        ("share", float, 0.5),
        ("count", int, 1),
    ]


def test_bounds_are_told_in_words() -> None:
    bounds = {declared.name: declared.bounds for declared in declared_options(Outer)}
    assert bounds == {"speed": "from 1 to 9", "places": "", "colour": "", "share": "from 0 to 1", "count": "at least 1"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"colour": "green"}, "colour 'green' must be one of red, blue."),
        ({"share": 1.01}, "share 1.01 must be from 0 to 1."),
        ({"share": float("nan")}, "share nan must be from 0 to 1."),
        ({"count": 0}, "count 0 must be a whole number, at least 1."),
        ({"count": 1.5}, "count 1.5 must be a whole number, at least 1."),
    ],
)
def test_a_value_outside_of_its_limits_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionInvalid) as caught:
        check_values(Outer(Inner(), **values))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        (Inner(speed=10), "speed 10 must be a whole number from 1 to 9. 3 is usual."),
        (Inner(places=("left", "up")), "places left, up must be a choice of left, right, each once."),
        (Inner(places=("left", "left")), "places left, left must be a choice of left, right, each once."),
    ],
)
def test_the_advice_follows_the_limits(inner: Inner, message: str) -> None:
    with pytest.raises(OptionInvalid) as caught:
        check_values(inner)
    assert caught.value.message == message


@pytest.mark.parametrize("inner", [Inner(), Inner(speed=1), Inner(speed=9), Inner(places=("right", "left"))])
def test_values_within_the_limits_are_accepted(inner: Inner) -> None:
    check_values(inner)


def test_options_are_equal_for_comparison_if_the_same_transcript_follows() -> None:
    first, second = HotWord("seven", 2.0), HotWord("three", 3.0)
    options = Options(hot_words=(first, second), formats=("srt", "vtt"), engine="batched")
    same = Options(hot_words=(second, first), formats=("vtt", "srt"))
    assert options.for_comparison() == same.for_comparison()
    assert replace(options, alternatives=1).for_comparison() != options.for_comparison()
    assert [declared.name for declared in declared_options(Options) if not declared.changes_transcript] == ["engine"]

"""The cost of a run: the estimate, and the price of its machine time."""

from typing import Any

import pytest

from transcription.shared.cost import api_cost, compute_cost, duration, estimate, money
from transcription.shared.settings import Settings

#: Bytes of an hour of audio: 16 kHz, mono, 16 bit.
HOUR = 3600 * 16_000 * 2


def make_settings(**values: Any) -> Settings:
    prices: dict[str, Any] = {
        "expected_real_time_factor": 0.5,
        "vcpu_hour_price": 0.04,
        "api_hour_price": 1.44,
        "parallel_children": 4,
    }
    return Settings("bucket", "queue", "definition", **{**prices, **values})


def test_an_estimate_follows_the_audio_and_the_prices() -> None:
    result = estimate([2 * HOUR, HOUR, HOUR], make_settings())
    assert (result.audio_hours, result.vcpu_hours) == (4.0, 2.0)
    assert (result.cost, result.elsewhere) == (0.08, 5.76)


def test_a_run_takes_as_long_as_its_longest_child() -> None:
    assert estimate([2 * HOUR, HOUR, HOUR], make_settings()).wall_hours == 1.0


def test_more_children_than_there_is_room_for_take_turns() -> None:
    assert estimate([HOUR] * 8, make_settings(parallel_children=2)).wall_hours == 2.0


def test_a_run_without_files_costs_nothing() -> None:
    result = estimate([], make_settings())
    assert (result.audio_hours, result.vcpu_hours, result.wall_hours, result.cost, result.elsewhere) == (0, 0, 0, 0, 0)


def test_an_estimate_is_one_readable_line() -> None:
    line = str(estimate([100 * HOUR], make_settings()))
    assert line == "about 100.0 hours of audio, 50.0 hours of work, 50.0 hours of one vCPU, $2.00; elsewhere $144.00"


def test_prices_are_those_of_the_settings() -> None:
    assert compute_cost(10, make_settings(vcpu_hour_price=0.02)) == 0.2
    assert api_cost(10, make_settings(api_hour_price=2)) == 20


@pytest.mark.parametrize(("dollars", "text"), [(0, "$0.0000"), (0.0123, "$0.0123"), (1, "$1.00"), (1440, "$1,440.00")])
def test_small_amounts_do_not_read_as_nothing(dollars: float, text: str) -> None:
    assert money(dollars) == text


@pytest.mark.parametrize(
    ("hours", "text"), [(0, "0.0 minutes"), (0.01, "0.6 minutes"), (1, "1.0 hours"), (1234.56, "1,234.6 hours")]
)
def test_short_times_do_not_read_as_nothing(hours: float, text: str) -> None:
    assert duration(hours) == text

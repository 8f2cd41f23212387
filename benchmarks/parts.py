"""The parts that can be measured, each by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.full_bucket import tasks
from benchmarks.transcribing import engines, lengths, network, side_by_side


@dataclass(frozen=True)
class Part:
    """One part of `results.json` and of `docs/performance.md`."""

    #: Measure; what it returns can be written as JSON.
    measure: Callable[[], list[Mapping[str, Any]]]
    #: The part of `results.json` as Markdown.
    report: Callable[[Mapping[str, Any]], str]


PARTS: Mapping[str, Part] = {
    "transcribing": Part(side_by_side.measure, side_by_side.report),
    "engines": Part(engines.measure, engines.report),
    "network": Part(network.measure, network.report),
    "lengths": Part(lengths.measure, lengths.report),
    "full_bucket": Part(tasks.measure, tasks.report),
}

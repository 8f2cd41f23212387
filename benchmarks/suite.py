"""All benchmarks, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.full_bucket import tasks
from benchmarks.machine import Machine
from benchmarks.pages import pages
from benchmarks.results import Rows
from benchmarks.training import training
from benchmarks.transcribing import engines, lengths, network, programs


@dataclass(frozen=True)
class Benchmark:
    """A measurement and its table."""

    #: Measures, and returns rows that can be written as JSON. With `True`, it measures as little as possible.
    measure: Callable[[bool], Rows]
    #: Returns the rows of a machine in Markdown.
    report: Callable[[Rows, Machine], str]


#: The shortest benchmark comes first, so that a failure shows early.
BENCHMARKS: Mapping[str, Benchmark] = {
    "network": Benchmark(network.measure, network.report),
    "lengths": Benchmark(lengths.measure, lengths.report),
    "pages": Benchmark(pages.measure, pages.report),
    "full_bucket": Benchmark(tasks.measure, tasks.report),
    "training": Benchmark(training.measure, training.report),
    "engines": Benchmark(engines.measure, engines.report),
    "programs": Benchmark(programs.measure, programs.report),
}

"""The page of the benchmarks shows the saved results, and writing them changes nothing else in it."""

import pytest

from benchmarks import documents, results
from benchmarks.machine import Machine
from benchmarks.results import MachineResults
from documentation.markdown import MarkersInvalid

LENGTHS = [
    {"program": "libdeepspeech", "audio_seconds": 10, "files": 10, "seconds": 9, "cpu_seconds": 9, "megabytes": 60},
    {"program": "transcriber", "audio_seconds": 10, "files": 10, "seconds": 5, "cpu_seconds": 9, "megabytes": 130},
]


ALL_RESULTS = [
    MachineResults(Machine(f"2 cores of {name}", 2), "2026-11-24", {"lengths": LENGTHS}) for name in ("one", "other")
]


def test_the_page_shows_the_saved_results() -> None:
    text = documents.PAGE.read_text()
    assert documents.fill(text, results.read()) == text, "run `python -m benchmarks.documents`"


def test_only_the_text_between_the_markers_changes() -> None:
    text = "before\n<!-- lengths: x -->\nold\n<!-- end of lengths -->\nafter\n"
    filled = documents.fill(text, ALL_RESULTS)
    assert filled.startswith("before\n<!-- lengths: x -->\n\n|")
    assert filled.endswith("on 2 cores of other.\n\n<!-- end of lengths -->\nafter\n")
    assert "old" not in filled


def test_each_machine_has_its_table() -> None:
    content = documents.contents(ALL_RESULTS)["lengths"]
    assert content.count("| 10 s |") == 2
    assert content.index("on 2 cores of one.") < content.index("on 2 cores of other.")


def test_a_benchmark_without_markers_is_an_error() -> None:
    with pytest.raises(MarkersInvalid, match="lengths"):
        documents.fill("no marker", ALL_RESULTS)

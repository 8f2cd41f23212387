"""The tables in the documentation show the saved results, and writing them changes nothing else."""

from pathlib import Path

import pytest

from benchmarks import documents, results
from benchmarks.errors import BenchmarkError
from benchmarks.machine import Machine
from benchmarks.markdown import put
from benchmarks.results import Run

LENGTHS = [
    {"program": "libdeepspeech", "audio_seconds": 10, "files": 10, "seconds": 9, "cpu_seconds": 9, "megabytes": 60},
    {"program": "transcriber", "audio_seconds": 10, "files": 10, "seconds": 5, "cpu_seconds": 9, "megabytes": 130},
]


def test_the_documentation_shows_the_saved_results() -> None:
    for name, content in documents.contents(results.read()).items():
        text = documents.document_of(name, documents.documents()).read_text()
        assert put(text, name, content) == text, f"{name} has changed: run `python -m benchmarks.documents`"


def test_only_the_text_between_the_markers_changes() -> None:
    text = "before\n<!-- lengths: x -->\nold\n<!-- end of lengths -->\nafter\n"
    assert (
        put(text, "lengths", r"\1 new") == "before\n<!-- lengths: x -->\n\n\\1 new\n\n<!-- end of lengths -->\nafter\n"
    )


def test_each_machine_has_its_table() -> None:
    runs = [Run(Machine(f"2 cores of {name}", 2), "2026-11-24", {"lengths": LENGTHS}) for name in ("one", "other")]
    content = documents.contents(runs)["lengths"]
    assert content.count("| 10 s |") == 2
    assert content.index("on 2 cores of one.") < content.index("on 2 cores of other.")


def test_a_benchmark_without_markers_is_an_error(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("no marker")
    with pytest.raises(BenchmarkError, match="lengths"):
        documents.document_of("lengths", [document])
    with pytest.raises(BenchmarkError, match="lengths"):
        put("no marker", "lengths", "new")

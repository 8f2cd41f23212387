"""The page of the benchmarks: it shows the last results, and a new measurement changes nothing else in it."""

import pytest

from benchmarks import documents, results
from benchmarks.errors import BenchmarkError

MEASURED = results.read()


def test_the_page_shows_what_was_measured_last() -> None:
    text = documents.PAGE.read_text()
    assert documents.filled(text, MEASURED) == text, "run `python -m benchmarks.documents`"


def test_only_what_lies_between_the_markers_changes() -> None:
    text = "before\n<!-- full_bucket: x -->\nold\n<!-- end of full_bucket -->\nafter\n"
    filled = documents.filled(text, {"full_bucket": MEASURED["full_bucket"]})
    assert filled.startswith("before\n<!-- full_bucket: x -->\n\n|")
    assert filled.endswith("stood for S3.\n\n<!-- end of full_bucket -->\nafter\n")
    assert "old" not in filled


def test_a_measurement_without_a_place_is_not_passed_over() -> None:
    with pytest.raises(BenchmarkError, match="full_bucket"):
        documents.filled("no marker", {"full_bucket": MEASURED["full_bucket"]})

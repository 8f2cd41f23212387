"""The README's tables: they show what was measured last, and a measurement changes nothing else."""

import pytest

from benchmarks import readme, results
from benchmarks.errors import BenchmarkError
from local.paths import ROOT

MEASURED = results.read()


def test_the_readme_shows_what_was_measured_last() -> None:
    text = (ROOT / "README.md").read_text()
    assert readme.filled(text, MEASURED) == text, "run `python -m benchmarks.readme`"


def test_only_what_lies_between_the_markers_changes() -> None:
    text = "before\n<!-- full_bucket: x -->\nold\n<!-- end of full_bucket -->\nafter\n"
    filled = readme.filled(text, {"full_bucket": MEASURED["full_bucket"]})
    assert filled.startswith("before\n<!-- full_bucket: x -->\n\n|")
    assert filled.endswith("stood for S3.\n\n<!-- end of full_bucket -->\nafter\n")
    assert "old" not in filled


def test_a_measurement_without_a_place_is_not_passed_over() -> None:
    with pytest.raises(BenchmarkError, match="full_bucket"):
        readme.filled("no marker", {"full_bucket": MEASURED["full_bucket"]})

"""The marks of all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent

#: Marks of folders and files whose tests start a stack, open a browser or run containers.
MARKS = {
    "integration": pytest.mark.integration,
    "rehearsal": pytest.mark.integration,
    "versions": pytest.mark.integration,
    "integration/test_browser.py": pytest.mark.browser,
    "integration/test_image.py": pytest.mark.container,
    "standin/execution/test_container_runner.py": pytest.mark.container,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in `MARKS`, and let the integration tests start first."""
    for test in items:
        name = test.path.relative_to(TESTS).as_posix()
        for place, mark in MARKS.items():
            if name == place or name.startswith(f"{place}/"):
                test.add_marker(mark)
    items.sort(key=lambda test: test.get_closest_marker("integration") is None)

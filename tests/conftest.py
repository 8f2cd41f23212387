"""Marks of the tests, and groups of tests that must run in the same process."""

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
    "integration/test_container.py": pytest.mark.container,
    "integration/test_image.py": pytest.mark.container,
    "standin/execution/test_container_runner.py": pytest.mark.container,
}
#: Files and the names of their groups. The files of a group use the same folder of the clone, or the same image of the
#: container engine.
SHARED = {
    "integration/test_demo.py": "demo",
    "integration/test_container.py": "demo",
    "integration/test_image.py": "demo",
    "standin/execution/test_container_runner.py": "demo",
    "rehearsal/test_rehearsal.py": "demo",
}


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in `MARKS`, and let the integration tests start first.

    The tests of a file, or of a group in `SHARED`, run in the same process.
    """
    for test in items:
        name = test.path.relative_to(TESTS).as_posix()
        for place, mark in MARKS.items():
            if name == place or name.startswith(f"{place}/"):
                test.add_marker(mark)
        test.add_marker(pytest.mark.xdist_group(SHARED.get(name, name)))
    items.sort(key=lambda test: test.get_closest_marker("integration") is None)

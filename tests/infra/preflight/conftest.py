"""The fixture of the tests of the preflight."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.infra.stubbed_account import StubbedAccount


@pytest.fixture
def aws() -> Iterator[StubbedAccount]:
    """An account that has given no answer yet."""
    with ExitStack() as stack:
        yield StubbedAccount(stack)

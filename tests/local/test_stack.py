"""The choices of `make demo` and `make up` that the stack accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.errors import StackError
from local.stack import Stack


def test_an_unknown_version_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"^AIRFLOW=2\.10\.4 is not known; use one of: 3\.0\.6, 3\.2\.1, 3\.3\.1\.$"):
        Stack(tmp_path, version="2.10.4")

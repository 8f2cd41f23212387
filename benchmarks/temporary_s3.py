"""A local AWS that runs during a measurement."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import processes
from local.stack import start_aws


@contextmanager
def temporary_s3() -> Iterator[str]:
    """Start a local AWS and yield the URL of its endpoint. Stop the local AWS when the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        try:
            yield start_aws(state)
        finally:
            processes.end(state)

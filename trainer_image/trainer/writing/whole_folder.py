"""A folder that has all of its files, or does not exist."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield a folder for files, which becomes `target` when the block has ended without an error.

    So a process that is killed leaves no unfinished `target`, which the next attempt would refuse.

    Args:
        target: the folder. It must not exist, or must be empty.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    yield unfinished
    unfinished.replace(target)

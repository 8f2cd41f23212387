"""A copy of the checkout, which the rehearsal may change: a plugin first of all."""

from __future__ import annotations

import shutil
from pathlib import Path

from local.paths import LOCAL, ROOT

#: What people have beside the sources.
_LEFT_OUT = (".git", ".local", "cdk.out", "models", "__pycache__", ".*_cache", "node_modules")


def copy_checkout(target: Path) -> None:
    """Copy this checkout to `target`; the environments that were installed are shared."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
    (target / ".local").mkdir()
    for name in ("venvs", "cdk", "uv"):
        (target / ".local" / name).symlink_to(LOCAL / name)

"""A copy of the checkout, in which the rehearsal can change files, for example a plugin."""

from __future__ import annotations

import shutil
from pathlib import Path

from local.paths import LOCAL, ROOT

#: Files in the checkout that a deployment does not need.
_IGNORED = (".git", ".local", "cdk.out", "models", "__pycache__", ".*_cache", "node_modules")


def copy_checkout(target: Path) -> None:
    """Copy this checkout to `target`, and link the installed environments into the copy."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*_IGNORED), symlinks=True)
    (target / ".local").mkdir()
    for name in ("venvs", "cdk", "uv"):
        (target / ".local" / name).symlink_to(LOCAL / name)

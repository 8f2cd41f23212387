"""Scripts, styles and libraries of the pages.

The address of a file contains a digest of all files, so browsers keep a file until a new release changes it. Scripts
import each other by relative addresses.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException
from starlette.responses import FileResponse

FOLDER = Path(__file__).parent / "static"
_YEAR = 365 * 24 * 3600
#: Number of letters of the digest in addresses.
_DIGEST_LETTERS = 16

router = APIRouter()


@cache
def _files() -> dict[str, Path]:
    """Return the static files by their path below the folder."""
    return {file.relative_to(FOLDER).as_posix(): file for file in sorted(FOLDER.rglob("*")) if file.is_file()}


@cache
def digest() -> str:
    """Return the digest of all static files."""
    total = hashlib.sha256()
    for name, file in _files().items():
        total.update(f"{name}\n{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()[:_DIGEST_LETTERS]


def path_of(name: str) -> str:
    """Return the path of a static file below `/transcripts/`.

    Raises:
        KeyError: there is no such file.
    """
    return f"static/{digest()}/{_files()[name].relative_to(FOLDER).as_posix()}"


@router.get("/static/{release}/{name:path}")
def static_file(release: str, name: str) -> FileResponse:
    """Send a static file. Only names in the list of files are served, so a path cannot leave the folder."""
    if name not in _files():
        raise HTTPException(404, "There is no such file.")
    caching = f"private, max-age={_YEAR}, immutable" if release == digest() else "no-cache"
    return FileResponse(_files()[name], headers={"Cache-Control": caching})

"""A script that downloads the official English DeepSpeech 0.9.3 model and its scorer (1.1 GB).

Usage: `python3 fetch_model.py DIR`. The script needs only the standard library, because it runs on any computer and in
the image build. It keeps files that already have the right checksum, and continues a download that was interrupted. A
file gets its final name only after its SHA-256 was checked.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import sys
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

RELEASE = "https://github.com/mozilla/DeepSpeech/releases/download/v0.9.3"
#: The contents of `model.json`: the decoder settings in the release notes of 0.9.3 for this model and scorer.
DEFAULTS = {"name": "deepspeech-0.9.3", "lm_alpha": 0.931289, "lm_beta": 1.183414, "beam_width": 500}
_BLOCK = 2**20
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class ReleasedFile:
    """A file of DeepSpeech's release on GitHub."""

    name: str
    #: In bytes.
    size: int
    #: In hexadecimal.
    sha256: str


FILES = (
    ReleasedFile(
        "deepspeech-0.9.3-models.pbmm",
        188_915_987,
        "ebe9b4f64bda3591acd723c27629f101d1bb1ec487730d9f882bcfe03214462d",
    ),
    ReleasedFile(
        "deepspeech-0.9.3-models.scorer",
        953_363_776,
        "d0cf926ab9cab54a8a7d70003b931b2d62ebd9105ed392d1ec9c840029867799",
    ),
)


class FetchFailed(Exception):
    """Raised when a file cannot be downloaded, or is not the one that was released."""


def fetch(folder: Path, files: Sequence[ReleasedFile] = FILES, address: str = RELEASE) -> None:
    """Download files and write `model.json`, so that `folder` becomes a complete model folder.

    Args:
        folder: the model folder; it is created if it does not exist.
        files: the files to download.
        address: the URL of the folder that contains the files.

    Raises:
        FetchFailed: a file cannot be downloaded or has another checksum. The message says where, why and what to do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        path = folder / file.name
        if path.exists() and _is_intact(path, file):
            print(f"{path} exists already", flush=True)
            continue
        partial = folder / f"{file.name}.part"
        _download(file, f"{address}/{file.name}", partial)
        if not _is_intact(partial, file):
            actual = f"{partial.stat().st_size} bytes, SHA-256 {_sha256(partial)}"
            partial.unlink()
            raise FetchFailed(
                f"{address}/{file.name} is not the file that was released: expected {file.size} bytes, "
                f"SHA-256 {file.sha256}; got {actual}. The download was deleted. Run this again; if that does not "
                "help, a proxy between this machine and the server changes the file."
            )
        partial.replace(path)
    (folder / "model.json").write_text(json.dumps(DEFAULTS, indent=1) + "\n")


def _download(file: ReleasedFile, url: str, partial: Path) -> None:
    """Download a file to `partial`. If `partial` already contains the beginning of the file, download only the rest.

    Raises:
        FetchFailed: the server cannot be reached, or the download ends early.
    """
    start = partial.stat().st_size if partial.exists() else 0
    if start >= file.size:
        return
    headers = {"Range": f"bytes={start}-"} if start else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the address is a constant
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
            with partial.open("ab" if resumed else "wb") as target:
                print(f"downloading {url}", flush=True)
                _copy(response, target, file.size)
    except (OSError, http.client.HTTPException) as error:  # URLError and HTTPError are OSErrors
        raise FetchFailed(
            f"{url} cannot be downloaded: {error}. Check that this machine reaches that address (to use a proxy, set "
            f"https_proxy); or download the file elsewhere, put it into {partial.parent} and run this again."
        ) from error
    if partial.stat().st_size < file.size:
        raise FetchFailed(
            f"{url} ended after {partial.stat().st_size} of {file.size} bytes. Run this again; it continues from there."
        )


def _copy(source: http.client.HTTPResponse, target: BinaryIO, size: int) -> None:
    """Copy a response to the end of a file, and print the progress at each tenth of `size`, in bytes."""
    tenth = target.tell() * 10 // size
    while block := source.read(_BLOCK):
        target.write(block)
        if target.tell() * 10 // size > tenth:
            tenth = target.tell() * 10 // size
            print(f"  {target.tell() / 1e6:.0f} of {size / 1e6:.0f} MB", flush=True)


def _is_intact(path: Path, file: ReleasedFile) -> bool:
    """Return whether the file at `path` has the size and the digest of the released file."""
    return path.stat().st_size == file.size and _sha256(path) == file.sha256


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def main() -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(description="Download the official English DeepSpeech 0.9.3 model (1.1 GB).")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder to write to; created if it does not exist")
    try:
        fetch(parser.parse_args().folder)
    except FetchFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

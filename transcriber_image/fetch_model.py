"""A script that downloads an official DeepSpeech 0.9.3 model and its scorer: English (1.1 GB) or Mandarin (260 MB).

Usage: `python3 fetch_model.py DIR [--language zh-CN]`. The script needs only the standard library, because it runs on
any computer and in the image build. It keeps files that already have the right checksum, and continues a download that
was interrupted. A file gets its final name only after its checksum was compared.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

RELEASE = "https://github.com/mozilla/DeepSpeech/releases/download/v0.9.3"
_BLOCK = 2**20
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class ReleasedFile:
    """A file of DeepSpeech's release on GitHub."""

    name: str
    #: In bytes.
    size: int
    #: In hexadecimal.
    digest: str
    #: Algorithm of the digest, as `hashlib` names it.
    algorithm: str = "sha256"


@dataclass(frozen=True)
class ReleasedModel:
    """An official model."""

    #: The contents of `model.json` without the digests: the decoder settings in the release notes for this scorer.
    defaults: dict[str, object]
    files: tuple[ReleasedFile, ...]


#: The models by language. Sources of the digests: the Arch Linux package deepspeech-models for English, and
#: models_manager.cpp of Speech Note for Mandarin, which has MD5 only.
MODELS = {
    "en": ReleasedModel(
        {"name": "deepspeech-0.9.3", "lm_alpha": 0.931289, "lm_beta": 1.183414, "beam_width": 500},
        (
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
        ),
    ),
    "zh-CN": ReleasedModel(
        {"name": "deepspeech-0.9.3-zh-CN", "lm_alpha": 0.694012, "lm_beta": 4.777924, "beam_width": 500},
        (
            ReleasedFile("deepspeech-0.9.3-models-zh-CN.pbmm", 190_777_619, "57b99451aaabbada2708e3b6a28e55c8", "md5"),
            ReleasedFile("deepspeech-0.9.3-models-zh-CN.scorer", 67_141_744, "628e68fd8e0dd82c4a840d56c4cdc661", "md5"),
        ),
    ),
}


class FetchFailed(Exception):
    """Raised when a file cannot be downloaded, or is not the one that was released."""


def fetch(folder: Path, model: ReleasedModel = MODELS["en"], address: str = RELEASE) -> None:
    """Download a model and write `model.json`, so that `folder` becomes a complete model folder.

    Args:
        folder: the model folder; it is created if it does not exist.
        model: the model.
        address: the URL of the folder that contains the files.

    Raises:
        FetchFailed: a file cannot be downloaded or has another checksum. The message says where, why and what to do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in model.files:
        path = folder / file.name
        if path.exists() and _is_intact(path, file):
            print(f"{path} exists already", flush=True)
            continue
        partial = folder / f"{file.name}.part"
        _download(file, f"{address}/{file.name}", partial)
        if not _is_intact(partial, file):
            actual = f"{partial.stat().st_size} bytes, {file.algorithm} {_digest(partial, file.algorithm)}"
            partial.unlink()
            raise FetchFailed(
                f"{address}/{file.name} is not the file that was released: expected {file.size} bytes, "
                f"{file.algorithm} {file.digest}; got {actual}. The download was deleted. Run this again; if that does "
                "not help, a proxy between this machine and the server changes the file."
            )
        partial.replace(path)
    digests = {file.name: _digest(folder / file.name, "sha256") for file in model.files}
    document = {**model.defaults, "sha256": digests}
    (folder / "model.json").write_text(json.dumps(document, indent=1) + "\n")


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
    return path.stat().st_size == file.size and _digest(path, file.algorithm) == file.digest


def _digest(path: Path, algorithm: str) -> str:
    digest = hashlib.new(algorithm)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def main() -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(description="Download an official DeepSpeech 0.9.3 model.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder to write to; created if it does not exist")
    parser.add_argument("--language", choices=sorted(MODELS), default="en", help="en: 1.1 GB; zh-CN: 260 MB")
    arguments = parser.parse_args()
    try:
        fetch(arguments.folder, MODELS[arguments.language])
    except FetchFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The folders of `make demo`: they are refused before anything starts, and a full disk loses no transcript."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import folders
from local.errors import StackError

RESULTS = {"output/a": b"hello", "output/x/b": b"bye", "processed/a.wav": b"RIFF", "failed/c.wav": b"?"}


class FullDiskS3:
    """A bucket with `RESULTS`, of which nothing fits below the folders in `full`."""

    def __init__(self, *full: Path) -> None:
        self.full = full

    def get_paginator(self, name: str) -> Any:
        assert name == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        yield {"Contents": [{"Key": key} for key in RESULTS if key.startswith(Prefix)]}

    def download_file(self, bucket: str, key: str, target: str) -> None:
        if any(Path(target).is_relative_to(folder) for folder in self.full):
            raise OSError(errno.ENOSPC, "No space left on device")
        Path(target).write_bytes(RESULTS[key])


def test_results_are_saved_in_the_folder(tmp_path: Path) -> None:
    assert folders.save_results(FullDiskS3(), tmp_path, []) == ""  # type: ignore[arg-type]
    assert {key: (tmp_path / key).read_bytes() for key in RESULTS} == RESULTS


def test_a_full_disk_is_one_line_that_says_where_the_transcripts_are(tmp_path: Path) -> None:
    out, first, second = tmp_path / "out", tmp_path / "first", tmp_path / "second"
    problem = folders.save_results(FullDiskS3(out, first), out, [first, second])  # type: ignore[arg-type]
    assert problem.startswith(f"OUT={out} cannot hold the results: No space left on device.")
    assert f"All transcripts are in {second}/output" in problem
    assert "\n" not in problem
    assert (second / "output/a").read_bytes() == b"hello"
    assert (second / "output/x/b").read_bytes() == b"bye"


def test_a_machine_without_any_room_is_told_so(tmp_path: Path) -> None:
    problem = folders.save_results(FullDiskS3(tmp_path), tmp_path, [tmp_path / "other"])  # type: ignore[arg-type]
    assert "No other folder had room" in problem


@pytest.mark.parametrize(("out", "audio"), [("talks/out", "talks"), ("talks", "talks/new"), ("talks", "talks")])
def test_results_and_recordings_may_not_lie_inside_each_other(tmp_path: Path, out: str, audio: str) -> None:
    (tmp_path / audio).mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / audio)
    for recordings in (tmp_path / audio, link):
        with pytest.raises(StackError, match=r"^OUT=.* and AUDIO=.* lie inside each other"):
            folders.check_target(tmp_path / out, recordings)


def test_folders_beside_each_other_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "talks").mkdir()
    folders.check_target(tmp_path / "talks out", tmp_path / "talks")


def test_a_target_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match=r"^OUT=.*file/out cannot be written: Not a directory\.$"):
        folders.check_target(tmp_path / "file" / "out", tmp_path / "talks")


def test_earlier_results_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "processed").mkdir()
    with pytest.raises(StackError, match="exists already"):
        folders.check_target(tmp_path, tmp_path / "talks")


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty" / "too").mkdir(parents=True)
    with pytest.raises(StackError, match=r"^AUDIO=.* holds no files\.$"):
        folders.find_files(tmp_path / "empty", "AUDIO")
    with pytest.raises(StackError, match=r"^MODEL=.* is not a folder\.$"):
        folders.find_files(tmp_path / "none", "MODEL")

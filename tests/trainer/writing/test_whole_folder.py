"""A folder has all of its files, or does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.writing.whole_folder import whole_folder


def test_a_folder_is_there_when_all_of_its_files_are(tmp_path: Path) -> None:
    target = tmp_path / "models" / "court-1"
    with pytest.raises(OSError, match="disk"), whole_folder(target) as folder:
        (folder / "report.md").write_text("unfinished")
        raise OSError("disk")
    assert not target.exists()
    with whole_folder(target) as folder:
        (folder / "report.json").write_text("{}")
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ["report.json"]
    assert [path.name for path in target.parent.iterdir()] == ["court-1"]


def test_an_empty_folder_is_replaced_and_another_one_is_not(tmp_path: Path) -> None:
    target = tmp_path / "court-1"
    target.mkdir()
    with whole_folder(target) as folder:
        (folder / "report.md").write_text("new")
    with pytest.raises(OSError, match="not empty"), whole_folder(target):
        pass
    assert (target / "report.md").read_text() == "new"

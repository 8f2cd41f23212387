"""plugins.zip: equal plugins give equal bytes, and what MWAA could not use is refused."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from infra.mwaa import plugins
from local.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    (folder / "parts").mkdir(parents=True)
    (folder / "pages.py").write_text("import parts.links\n")
    (folder / "parts" / "links.py").write_text("")
    return folder


def built(folder: Path, name: str = "plugins.zip") -> Path:
    return plugins.build_plugins_zip(folder, folder.parent / name)


def codes(archive: Path) -> list[str]:
    return [error.code for error in plugins.broken_rules(archive)]


def test_the_projects_own_are_right(tmp_path: Path) -> None:
    archive = plugins.build_plugins_zip(ROOT / "plugins", tmp_path / "plugins.zip")
    assert codes(archive) == []
    assert zipfile.ZipFile(archive).namelist() == ["bucket_pages.py"]


def test_equal_plugins_give_equal_bytes(folder: Path) -> None:
    """Another byte is a new version, for which MWAA takes 20 minutes."""
    before = built(folder).read_bytes()
    for file in folder.rglob("*.py"):
        os.utime(file, (0, 2_000_000_000))
        file.chmod(0o600)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "pages.cpython-312.pyc").write_bytes(b"x")
    (folder / "README.md").write_text("for people")
    assert built(folder, "again.zip").read_bytes() == before


def test_a_change_gives_other_bytes(folder: Path) -> None:
    before = built(folder).read_bytes()
    (folder / "parts" / "links.py").write_text("# changed\n")
    assert built(folder).read_bytes() != before


def test_modules_are_at_the_root_and_keep_their_folders(folder: Path) -> None:
    assert zipfile.ZipFile(built(folder)).namelist() == ["pages.py", "parts/links.py"]


@pytest.fixture
def archive(tmp_path: Path) -> Callable[[Iterable[str]], Path]:
    """A plugins.zip with empty files of these names."""

    def make(names: Iterable[str]) -> Path:
        with zipfile.ZipFile(tmp_path / "plugins.zip", "w") as opened:
            for name in names:
                opened.writestr(name, "")
        return tmp_path / "plugins.zip"

    return make


def test_a_folder_that_was_packed_with_itself_is_refused(archive: Callable[[Iterable[str]], Path]) -> None:
    (error,) = plugins.broken_rules(archive(["plugins/pages.py"]))
    assert error.code == "PLUGINS_NESTED"
    assert "plugins/pages.py" in str(error)


def test_an_empty_archive_is_refused(archive: Callable[[Iterable[str]], Path]) -> None:
    assert codes(archive([])) == ["PLUGINS_NESTED"]


@pytest.mark.parametrize("name", ["/etc/pages.py", "../pages.py"])
def test_a_name_that_leaves_the_folder_is_refused(name: str, archive: Callable[[Iterable[str]], Path]) -> None:
    assert codes(archive(["pages.py", name])) == ["PLUGINS_UNREADABLE"]


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plugins.zip").write_text("no archive")
    assert codes(tmp_path / "plugins.zip") == ["PLUGINS_UNREADABLE"]


def test_a_damaged_archive_is_refused(folder: Path) -> None:
    archive = built(folder)
    archive.write_bytes(archive.read_bytes().replace(b"import parts", b"import pants", 1))
    assert codes(archive) == ["PLUGINS_UNREADABLE"]


def test_an_archive_that_takes_too_long_to_install_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = built(folder)
    monkeypatch.setattr(plugins, "MOST_BYTES", archive.stat().st_size - 1)
    assert codes(archive) == ["PLUGINS_TOO_LARGE"]

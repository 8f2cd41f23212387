"""plugins.zip: equal plugins give equal bytes, and an archive that MWAA cannot use is refused."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from infra.mwaa import airflow_versions, plugins
from local.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plugins folder with a module and a package."""
    folder = tmp_path / "plugins"
    (folder / "parts").mkdir(parents=True)
    (folder / "pages.py").write_text("import parts.links\n")
    (folder / "parts" / "links.py").write_text("")
    return folder


def build(folder: Path, name: str = "plugins.zip") -> Path:
    """Pack a folder into an archive beside it."""
    return plugins.build_plugins_zip(folder, folder.parent / name)


def codes(archive: Path) -> list[str]:
    return [error.code for error in plugins.broken_rules(archive)]


def test_the_projects_plugins_break_no_rule(tmp_path: Path) -> None:
    archive = plugins.build_plugins_zip(ROOT / "plugins", tmp_path / "plugins.zip")
    assert codes(archive) == []
    names = zipfile.ZipFile(archive).namelist()
    assert [name for name in names if "/" not in name] == [".airflowignore", "transcripts_plugin.py"]
    assert {"transcript_pages/app.py", "transcript_pages/templates/base.html", "transcript_pages/static/pages.css"} <= {
        *names
    }
    assert not [name for name in names if name.endswith((".md", ".pyc"))]


def test_the_docs_say_how_large_the_archive_is(tmp_path: Path) -> None:
    size = plugins.build_plugins_zip(ROOT / "plugins", tmp_path / "plugins.zip").stat().st_size / 1000
    (stated,) = re.findall(r"`plugins\.zip` has about (\d+) kB", (ROOT / "plugins" / "README.md").read_text())
    assert abs(int(stated) - size) <= size / 5  # room for a change of a page, not for another library


def test_the_archive_contains_all_that_the_pages_import(tmp_path: Path) -> None:
    """MWAA's web server may have no DAGs folder."""
    archive = plugins.build_plugins_zip(ROOT / "plugins", tmp_path / "plugins.zip")
    zipfile.ZipFile(archive).extractall(tmp_path / "plugins")
    program = (
        "import sys, runpy; sys.path.append(sys.argv[1]);"
        "runpy.run_path(sys.argv[1] + '/transcripts_plugin.py')['make_contract_importable']();"
        "import transcript_pages.app as app; app.make_app();"
        "import transcription.contract as contract; print(contract.__file__)"
    )
    python = airflow_versions.environment(airflow_versions.DEFAULT) / "bin" / "python"
    environment = {"PATH": os.environ["PATH"], "AIRFLOW_HOME": str(tmp_path / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(python), "-c", program, str(tmp_path / "plugins")]
    loaded = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.splitlines()[-1].startswith(str(tmp_path / "plugins" / "transcript_pages"))


def test_equal_plugins_give_equal_bytes(folder: Path) -> None:
    """A changed byte makes a new version, and MWAA takes 20 minutes to update."""
    before = build(folder).read_bytes()
    for file in folder.rglob("*.py"):
        os.utime(file, (0, 2_000_000_000))
        file.chmod(0o600)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "pages.cpython-312.pyc").write_bytes(b"x")
    (folder / "README.md").write_text("for people")
    assert build(folder, "again.zip").read_bytes() == before


def test_a_changed_plugin_gives_other_bytes(folder: Path) -> None:
    before = build(folder).read_bytes()
    (folder / "parts" / "links.py").write_text("# changed\n")
    assert build(folder).read_bytes() != before


def test_modules_are_at_the_root_and_keep_their_folders(folder: Path) -> None:
    assert zipfile.ZipFile(build(folder)).namelist() == ["pages.py", "parts/links.py"]


@pytest.fixture
def archive(tmp_path: Path) -> Callable[[Iterable[str]], Path]:
    """Return a function that makes a plugins.zip with empty files of the given names."""

    def make(names: Iterable[str]) -> Path:
        with zipfile.ZipFile(tmp_path / "plugins.zip", "w") as opened:
            for name in names:
                opened.writestr(name, "")
        return tmp_path / "plugins.zip"

    return make


def test_an_archive_that_contains_the_plugins_folder_is_refused(archive: Callable[[Iterable[str]], Path]) -> None:
    (error,) = plugins.broken_rules(archive(["plugins/pages.py"]))
    assert error.code == "PLUGINS_NESTED"
    assert "plugins/pages.py" in str(error)


def test_an_empty_archive_is_refused(archive: Callable[[Iterable[str]], Path]) -> None:
    assert codes(archive([])) == ["PLUGINS_NESTED"]


@pytest.mark.parametrize("name", ["/etc/pages.py", "../pages.py"])
def test_a_path_outside_the_plugins_folder_is_refused(name: str, archive: Callable[[Iterable[str]], Path]) -> None:
    assert codes(archive(["pages.py", name])) == ["PLUGINS_UNREADABLE"]


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plugins.zip").write_text("no archive")
    assert codes(tmp_path / "plugins.zip") == ["PLUGINS_UNREADABLE"]


def test_a_damaged_archive_is_refused(folder: Path) -> None:
    archive = build(folder)
    archive.write_bytes(archive.read_bytes().replace(b"import parts", b"import pants", 1))
    assert codes(archive) == ["PLUGINS_UNREADABLE"]


def test_an_archive_that_takes_too_long_to_install_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = build(folder)
    monkeypatch.setattr(plugins, "MOST_BYTES", archive.stat().st_size - 1)
    assert codes(archive) == ["PLUGINS_TOO_LARGE"]

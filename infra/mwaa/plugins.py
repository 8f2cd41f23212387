"""The reproducible build of plugins.zip, and the check of the rules that MWAA has for it.

MWAA unpacks plugins.zip into its plugins folder and imports the modules at the root. Source:
https://docs.aws.amazon.com/mwaa/latest/userguide/configuring-dag-import-plugins.html

The pages in Airflow's web server import the contract and the formats, and the web server has no DAGs folder. So
plugins.zip contains a copy of both.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from infra.mwaa.errors import PluginsNested, PluginsTooLarge, PluginsUnreadable, RuleBroken
from infra.paths import DAGS

#: In bytes. AWS recommends less than 1 GB, and enforces only a time limit for the installation.
MOST_BYTES = 10**9
#: The earliest date that ZIP can store. Real dates would change the file, and with it the MWAA environment.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644


#: The package of the pages, and the folder in it for the copies of the contract and the formats.
_PAGES = "transcript_pages"
_CONTRACT_COPY = f"{_PAGES}/copied_contract/transcription"
#: The file that tells Airflow which files are no plugins. All other hidden files are left out.
_IGNORE_FILE = ".airflowignore"


def plugin_files(plugins: Path) -> dict[str, Path]:
    """Return the files of plugins.zip by their names in it: those of the folder `plugins`, and those that they need.

    Markdown files, hidden files and Python's caches are left out.
    """
    files = {file.relative_to(plugins).as_posix(): file for file in _files(plugins)}
    if (plugins / _PAGES).is_dir():
        package = DAGS / "transcription"
        parts = [package / "__init__.py", *_files(package / "contract"), *_files(package / "formats")]
        files |= {f"{_CONTRACT_COPY}/{file.relative_to(package).as_posix()}": file for file in parts}
    return dict(sorted(files.items()))


def copy_plugins(plugins: Path, target: Path) -> Path:
    """Copy the files of plugins.zip into the folder `target`, and return `target`."""
    for name, file in plugin_files(plugins).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target / name)
    return target


def build_plugins_zip(plugins: Path, target: Path) -> Path:
    """Pack the files of the folder `plugins`, and those that they need, into the file `target`, and return `target`.

    Equal contents give equal bytes on every machine. The archive is not compressed, because versions of zlib differ in
    their output.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, file in plugin_files(plugins).items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = _MODE << 16
            archive.writestr(entry, file.read_bytes())
    return target


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        parts = file.relative_to(folder).parts
        is_hidden = any(part.startswith((".", "__pycache__")) for part in parts) and file.name != _IGNORE_FILE
        if file.is_file() and file.suffix != ".md" and not is_hidden:
            yield file


def broken_rules(archive: Path) -> Iterator[RuleBroken]:
    """Yield the rules that a plugins.zip breaks."""
    if archive.stat().st_size > MOST_BYTES:
        yield PluginsTooLarge(
            f"{archive.name} has {archive.stat().st_size:,} bytes; MWAA installs up to about {MOST_BYTES:,} in time. "
            "Remove files that Airflow does not need, and list packages in requirements.txt instead."
        )
    try:
        with zipfile.ZipFile(archive) as opened:
            damaged = opened.testzip()
            names = [PurePosixPath(entry.filename) for entry in opened.infolist() if not entry.is_dir()]
    except zipfile.BadZipFile as error:
        yield PluginsUnreadable(f"{archive.name} is not a ZIP archive: {error}. Build it again.")
        return
    if damaged:
        yield PluginsUnreadable(f"{archive.name} is damaged: {damaged} does not match its checksum. Build it again.")
    if outside := [str(name) for name in names if name.is_absolute() or ".." in name.parts]:
        yield PluginsUnreadable(f"{archive.name} would be unpacked outside its folder: {', '.join(outside)}.")
    if not any(len(name.parts) == 1 and name.suffix == ".py" for name in names):
        first_names = ", ".join(map(str, sorted(names)[:3])) or "nothing"
        yield PluginsNested(
            f"{archive.name} has no module at its root, where Airflow looks; it contains {first_names}. Pack the "
            "content of the plugins folder, not the folder itself."
        )

"""Compile KenLM's programs `lmplz` and `build_binary`: `python build_kenlm.py FOLDER`.

No package contains these programs. FOLDER must contain the source archive of the PyPI package `kenlm`. Boost comes from
the package `cmeel-boost` of the Python that runs this script. The libraries are copied into FOLDER, too, so that the
programs need neither that Python nor Boost afterwards.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

_PROGRAMS = {"lmplz": "lm/builder/lmplz_main.cc", "build_binary": "lm/build_binary_main.cc"}
_SOURCES = ("util", "util/stream", "util/double-conversion", "lm", "lm/builder", "lm/common")
#: Files of these folders that are tests or other programs.
_LEFT_OUT = ("_test.cc", "_main.cc", "test.cc")
_FLAGS = ("-O1", "-w", "-DNDEBUG", "-DKENLM_MAX_ORDER=6")


def main() -> int:
    """Compile the programs, and return the exit code."""
    target = Path(sys.argv[1]).resolve()
    boost = Path(sysconfig.get_path("platlib")) / "cmeel.prefix"
    (archive,) = target.glob("kenlm-*.tar.gz")
    with tempfile.TemporaryDirectory() as name:
        with tarfile.open(archive) as file:
            file.extractall(name, filter="data")
        (source,) = Path(name).iterdir()
        compile_programs(source, boost, target)
    for library in (boost / "lib").glob("libboost_*.so.*"):
        shutil.copy(library, target / library.name)
    return 0


def compile_programs(source: Path, boost: Path, target: Path) -> None:
    """Compile the programs.

    Args:
        source: the folder with KenLM's source.
        boost: the folder with Boost's `include` and `lib`.
        target: the folder for the programs, which look for Boost's libraries beside them.
    """
    units = [
        unit.relative_to(source)
        for folder in _SOURCES
        for unit in sorted((source / folder).glob("*.cc"))
        if not unit.name.endswith(_LEFT_OUT)
    ]
    _compile(source, "-c", f"-I{boost / 'include'}", *map(str, units))
    objects = [unit.with_suffix(".o").name for unit in units]
    libraries = [f"-L{boost / 'lib'}", f"-Wl,-rpath-link,{boost / 'lib'}", "-Wl,-rpath,$ORIGIN"]
    for program, unit in _PROGRAMS.items():
        _compile(
            source, f"-I{boost / 'include'}", unit, *objects, *libraries,
            "-lboost_program_options", "-lboost_thread", "-lpthread", "-lrt", "-o", str(target / program),
        )  # fmt: skip


def _compile(source: Path, *arguments: str) -> None:
    subprocess.run([shutil.which("g++") or "g++", *_FLAGS, "-I.", *arguments], cwd=source, check=True)


if __name__ == "__main__":
    sys.exit(main())

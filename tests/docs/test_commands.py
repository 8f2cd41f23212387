"""The commands and paths in the pages: a reader can type the commands and open the files."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tests.support.markdown_pages import PAGES, ROOT, Page

MAKEFILE = (ROOT / "Makefile").read_text()
#: Folders from which `python -m` imports: the checkout, and what Airflow and the container import.
_IMPORTED = (ROOT, ROOT / "dags", ROOT / "transcriber_image", ROOT / "trainer_image")
_FOLDERS = (
    *(
        "benchmarks",
        "dags",
        "docs",
        "documentation",
        "infra",
        "local",
        "locks",
        "plugins",
        "rehearsal",
        "standin",
        "tests",
    ),
    "trainer_image",
    "transcriber_image",
)


def _named(page: Page, pattern: str) -> set[str]:
    return {name for line in page.commands() for name in re.findall(pattern, line)}


def test_no_page_clones_another_repository() -> None:
    assert [page.name for page in PAGES if "git clone" in page.text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_command_exists(page: Page) -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    assert _named(page, r"(?:^|[ `])make ([a-z]+)") - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_variable_of_a_make_command_is_read_by_the_makefile(page: Page) -> None:
    lines = [line for line in page.commands() if re.match(r"make [a-z]+ ", line)]
    variables = {name for line in lines for name in re.findall(r" ([A-Z]+)=", line)}
    assert [name for name in variables if not re.search(rf"\b{name}\b", MAKEFILE)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_module_that_is_run_exists(page: Page) -> None:
    assert [name for name in _named(page, r"python3? -m ([\w.]+)") if not _can_be_run(name)] == []


def _can_be_run(module: str) -> bool:
    path = Path(*module.split("."))
    ours = [folder / path for folder in _IMPORTED]
    if any((folder / path.parts[0]).exists() for folder in _IMPORTED):
        return any(place.with_suffix(".py").exists() or (place / "__main__.py").exists() for place in ours)
    return importlib.util.find_spec(path.parts[0]) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_exists(page: Page) -> None:
    """`{version}` and the like stand for any text."""
    words = {word for line in page.commands() for word in line.split()}
    paths = {word for word in words if re.fullmatch(rf"({'|'.join(_FOLDERS)})/[\w.{{}}/-]*", word)}
    assert {path for path in paths if not any(ROOT.glob(re.sub(r"\{\w+\}", "*", path)))} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page: Page) -> None:
    names = {text for text in page.code_spans() if re.fullmatch(r"test_\w+", text)}
    assert {name for name in names if not any((ROOT / "tests").rglob(f"{name}.py"))} == set()

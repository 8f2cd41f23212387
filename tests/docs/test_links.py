"""The README is short, leads to every page, and no link is broken."""

from __future__ import annotations

import pytest

from tests.support.markdown_pages import PAGES, ROOT, Page

README = Page(ROOT / "README.md")


def test_the_readme_has_at_most_150_lines() -> None:
    assert len(README.text.splitlines()) <= 150


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [README.path]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += [link.file for link in Page(path).links() if link.file.suffix == ".md"]
    pages = {page.path for page in PAGES if page.path.parent == ROOT / "docs"}
    assert len(pages) > 10
    assert pages - reached == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Page) -> None:
    broken = [
        link.target
        for link in page.links()
        if not link.file.exists()
        or (link.anchor and link.file.suffix == ".md" and link.anchor not in Page(link.file).anchors())
    ]
    assert broken == []

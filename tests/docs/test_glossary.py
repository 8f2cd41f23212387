"""The glossary: each term stands there once, in the order of the alphabet."""

import re

from tests.support.markdown_pages import ROOT

SECTIONS = (ROOT / "docs" / "glossary.md").read_text().split("\n## ")[1:]


def terms(section: str) -> list[str]:
    """The first cells of the rows of a table."""
    rows = re.findall(r"^\| (.+?) \|", section, re.MULTILINE)
    return [row for row in rows if row not in ("term", "---")]


def test_each_term_is_explained_once() -> None:
    names = [name.lower() for section in SECTIONS for term in terms(section) for name in re.split(r", | \(|\)", term)]
    assert len(names) > 50
    assert sorted({name for name in names if name and names.count(name) > 1}) == []


def test_terms_are_in_the_order_of_the_alphabet() -> None:
    for section in SECTIONS:
        names = [re.sub(r"[^\w ]", "", term).lower() for term in terms(section)]
        assert names == sorted(names)

"""The changelog: its newest version is the one that transcripts name."""

import re

from tests.support.markdown_pages import ROOT
from transcriber import __version__


def test_the_newest_version_is_the_one_in_the_transcripts() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    version, date = headings[1].split(" - ")
    assert version == __version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", date)

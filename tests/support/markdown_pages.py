"""The Markdown files of the repository, with their headings, links and code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
#: Folders that are installed or downloaded.
_NOT_OURS = {"node_modules", "models", "cdk.out"}


@dataclass(frozen=True)
class Link:
    """A relative link or picture."""

    #: The target as the page writes it.
    target: str
    #: The file that the target names.
    file: Path
    #: The anchor in the file, or "".
    anchor: str


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """The path of the file within the repository."""
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        """The content of the file."""
        return self.path.read_text()

    @cached_property
    def _tokens(self) -> list[Token]:
        return MarkdownIt("commonmark").enable("table").parse(self.text)

    def _inline(self) -> Iterator[Token]:
        for token in self._tokens:
            yield from token.children or ()

    def links(self) -> list[Link]:
        """Return all relative links and pictures."""
        targets = [str(token.attrs.get("href", token.attrs.get("src", ""))) for token in self._inline()]
        return [self._link(target) for target in targets if target and not re.match(r"[a-z]+:", target)]

    def _link(self, target: str) -> Link:
        file, _, anchor = target.partition("#")
        return Link(target, (self.path.parent / file).resolve() if file else self.path, anchor)

    def anchors(self) -> set[str]:
        """Return the anchors of the headings, as GitHub makes them. Equal headings get a number."""
        titles = [
            "".join(child.content for child in inline.children or ())
            for heading, inline in zip(self._tokens, self._tokens[1:], strict=False)
            if heading.type == "heading_open"
        ]
        slugs = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
        seen: Counter[str] = Counter()
        anchors = set()
        for slug in slugs:
            anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return anchors

    def code_spans(self) -> list[str]:
        """Return the content of each piece of inline code."""
        return [token.content for token in self._inline() if token.type == "code_inline"]

    def commands(self) -> list[str]:
        """Return the texts that can be commands: inline code, and each line of code blocks except Mermaid pictures."""
        fences = [
            token.content
            for token in self._tokens
            if token.type in ("fence", "code_block") and "mermaid" not in token.info
        ]
        return [*self.code_spans(), *(line for fence in fences for line in fence.splitlines())]


def _find(folder: Path) -> Iterator[Page]:
    for parent, folders, files in folder.walk():
        folders[:] = [name for name in folders if name not in _NOT_OURS and not name.startswith(".")]
        yield from (Page(parent / name) for name in files if name.endswith(".md"))


#: Every Markdown file of the repository.
PAGES = sorted(_find(ROOT), key=lambda page: page.name)

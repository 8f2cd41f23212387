"""The settings of a deployment as a table: what the comments above the fields of `DeploymentSettings` say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any

from documentation.markdown import table
from infra.paths import ROOT
from infra.settings import DeploymentSettings

_SOURCE = ROOT / "infra" / "settings.py"
_FIELD = re.compile(r"    (\w+): .+")
_COMMENT = re.compile(r"    #: ?(.*)")


def report() -> str:
    """The table; fields below one comment share a row."""
    defaults = {each.name: f"`{_default(each)}`" for each in fields(DeploymentSettings)}
    rows = [
        (", ".join(f"`{name}`" for name in names), ", ".join(defaults[name] for name in names), text)
        for names, text in _described(_SOURCE.read_text())
    ]
    return table(("setting", "default", "what it is"), rows)


def _default(field: Field[Any]) -> str:
    return json.dumps(field.default if field.default_factory is MISSING else field.default_factory())


def _described(source: str) -> Iterator[tuple[list[str], str]]:
    """The names that follow a comment, and the comment in one line."""
    body = source.split("class DeploymentSettings:", 1)[1].split("    def ", 1)[0]
    comment: list[str] = []
    names: list[str] = []
    for line in body.splitlines():
        if found := _COMMENT.fullmatch(line):
            if names:
                yield names, " ".join(comment)
                comment, names = [], []
            comment.append(found[1])
        elif found := _FIELD.fullmatch(line):
            names.append(found[1])
    yield names, " ".join(comment)

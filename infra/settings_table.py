"""The table of a deployment's settings, from the comments above the fields of `DeploymentSettings`."""

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


def settings_table() -> str:
    """Return the Markdown table of the settings. Fields below the same comment share a row."""
    defaults = {setting.name: f"`{_default(setting)}`" for setting in fields(DeploymentSettings)}
    rows = [
        (", ".join(f"`{name}`" for name in names), ", ".join(defaults[name] for name in names), comment)
        for names, comment in _commented_fields(_SOURCE.read_text())
    ]
    return table(("setting", "default", "what it is"), rows)


def _default(setting: Field[Any]) -> str:
    """Return the default of a setting in the form that it has in `cdk.json`."""
    return json.dumps(setting.default if setting.default_factory is MISSING else setting.default_factory())


def _commented_fields(source: str) -> Iterator[tuple[list[str], str]]:
    """Yield the names of the fields below each comment in the source of the class, and the comment on one line."""
    body = source.split("class DeploymentSettings:", 1)[1].split("    def ", 1)[0]
    comment: list[str] = []
    names: list[str] = []
    for line in body.splitlines():
        if match := _COMMENT.fullmatch(line):
            if names:
                yield names, " ".join(comment)
                comment, names = [], []
            comment.append(match[1])
        elif match := _FIELD.fullmatch(line):
            names.append(match[1])
    yield names, " ".join(comment)

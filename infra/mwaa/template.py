"""The MWAA environment as the CDK app describes it, from its synthesized templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_TYPE = "AWS::MWAA::Environment"


def environments(folder: Path) -> Iterator[Mapping[str, Any]]:
    """The properties of each MWAA environment in the templates below `folder`, such as `cdk.out`."""
    for file in sorted(folder.rglob("*.template.json")):
        for resource in json.loads(file.read_text()).get("Resources", {}).values():
            if resource["Type"] == _TYPE:
                yield resource.get("Properties", {})

"""The MWAA environment as the CDK app describes it, from what `cdk synth` wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_TYPE = "AWS::MWAA::Environment"


def environments(assembly: Path) -> Iterator[Mapping[str, Any]]:
    """The properties of each MWAA environment that the app in the folder `assembly` (`cdk.out`) would deploy.

    Raises:
        FileNotFoundError: `cdk synth` has not written there.
    """
    manifest = json.loads((assembly / "manifest.json").read_text())
    for artifact in manifest["artifacts"].values():
        # What the manifest does not name is left over from another deployment.
        if artifact["type"] == "aws:cloudformation:stack":
            template = json.loads((assembly / artifact["properties"]["templateFile"]).read_text())
            for resource in template.get("Resources", {}).values():
                if resource["Type"] == _TYPE:
                    yield resource["Properties"]

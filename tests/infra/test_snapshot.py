"""Compare the templates with saved ones, so that a diff shows what a change does in AWS.

`make snapshot` saves an intended change. File digests are replaced, because every change of a file changes its digest.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.support.infra.synthesized_stacks import STACKS, SynthesizedStacks

FOLDER = Path(__file__).parent / "snapshot"


def without_digests(deployment: SynthesizedStacks, stack: str) -> str:
    """Return the template of a stack as JSON, with a placeholder for each file digest."""
    text = json.dumps(deployment.templates[stack], indent=1, ensure_ascii=False) + "\n"
    return re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)


@pytest.mark.parametrize("stack", STACKS)
def test_the_templates_equal_the_saved_ones(default: SynthesizedStacks, stack: str) -> None:
    file = FOLDER / f"{stack}.json"
    text = without_digests(default, stack)
    if os.environ.get("SNAPSHOT") == "take":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text)
    assert text == file.read_text(), f"{file.name} differs from the template; `make snapshot` saves an intended change."

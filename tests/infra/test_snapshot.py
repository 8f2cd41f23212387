"""The templates as they were reviewed last, so that a change of what is deployed is seen in the change that makes it.

`make snapshot` takes over what is meant. Digests of files are left out: they change with each file.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.support.infra.templates import STACKS, Deployment

FOLDER = Path(__file__).parent / "snapshot"


def normal(deployment: Deployment, stack: str) -> str:
    text = json.dumps(deployment.templates[stack], indent=1, ensure_ascii=False) + "\n"
    return re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_is_deployed_that_nobody_has_looked_at(default: Deployment, stack: str) -> None:
    file = FOLDER / f"{stack}.json"
    found = normal(default, stack)
    if os.environ.get("SNAPSHOT") == "take":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(found)
    assert found == file.read_text(), f"{file.name} differs; `make snapshot` takes it over."

"""The linters of templates, cfn-lint and checkov, as programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.paths import ROOT

CHECKOV = ROOT / ".local" / "venvs" / "checkov" / "bin" / "checkov"


def cfn_lint(*files: Path) -> subprocess.CompletedProcess[str]:
    """Run cfn-lint on templates."""
    program = Path(sys.executable).parent / "cfn-lint"
    return subprocess.run([program, *files], capture_output=True, text=True, check=False)


def checkov(folder: Path) -> dict[str, Any]:
    """Run checkov on the templates of a folder and return its report."""
    arguments = ["--framework", "cloudformation", "--skip-download", "--output", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LOG_LEVEL": "ERROR"}
    process = subprocess.run(
        [CHECKOV, "--directory", folder, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    assert process.stdout, process.stderr
    report: dict[str, Any] = json.loads(process.stdout)
    return report

"""The job is said once, for AWS and for the local stack that stands for it."""

from __future__ import annotations

import subprocess
import sys

from infra import job
from infra.paths import ROOT


def test_the_local_stack_needs_no_cdk_to_know_the_job() -> None:
    code = "import sys; import infra.job; print(sorted({'aws_cdk', 'jsii', 'constructs', 'boto3'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_local_stack_says_nothing_else_of_it() -> None:
    source = (ROOT / "local" / "resources.py").read_text()
    for shared in ("job.RETRY_STRATEGY", "job.TIMEOUT", "job.command(", "job.environment(", "job.RUN_RECORD_DAYS"):
        assert shared in source


def test_only_what_is_nobodys_fault_is_tried_again() -> None:
    again = [rule for rule in job.RETRY_STRATEGY["evaluateOnExit"] if rule["action"] == "RETRY"]
    assert again == [
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onReason": "CannotPullContainerError:*", "action": "RETRY"},
        {"onExitCode": "143", "action": "RETRY"},
    ]
    assert job.RETRY_STRATEGY["attempts"] > 1

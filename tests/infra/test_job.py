"""The properties of the Batch job are defined once, for AWS and for the local stack."""

from __future__ import annotations

import subprocess
import sys

from infra import job
from infra.paths import ROOT


def test_the_properties_of_the_job_can_be_read_without_the_cdk() -> None:
    code = "import sys; import infra.job; print(sorted({'aws_cdk', 'jsii', 'constructs', 'boto3'} & set(sys.modules)))"
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"


def test_the_local_stack_uses_the_same_properties() -> None:
    source = (ROOT / "local" / "resources.py").read_text()
    teaching = ("job.TEACH_RETRY_STRATEGY", "job.teach_command(", "job.teach_environment(")
    names = ("job.RETRY_STRATEGY", "job.TIMEOUT", "job.command(", "job.environment(", "job.RUN_RECORD_DAYS")
    for name in (*names, *teaching):
        assert name in source


def test_a_teaching_is_retried_for_the_same_reasons_and_as_often_as_batch_allows() -> None:
    # Source: AWS Batch API Reference, RetryStrategy.
    assert {**job.TEACH_RETRY_STRATEGY, "attempts": 3} == {**job.RETRY_STRATEGY, "attempts": 3}
    assert job.TEACH_RETRY_STRATEGY["attempts"] == 10


def test_only_lost_hosts_terminations_and_containers_that_did_not_start_are_retried() -> None:
    retried = [rule for rule in job.RETRY_STRATEGY["evaluateOnExit"] if rule["action"] == "RETRY"]
    assert retried == [
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onStatusReason": "Task failed to start*", "action": "RETRY"},
        {"onExitCode": "143", "action": "RETRY"},
    ]
    assert job.RETRY_STRATEGY["attempts"] > 1
    # Source: AWS Batch API Reference, RetryStrategy.
    assert len(job.RETRY_STRATEGY["evaluateOnExit"]) <= 5

"""Archived files in a plan: they stay in `input/` and are named, and no child gets them."""

from __future__ import annotations

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import RUN, upload_all
from transcription.contract.manifest import Plan
from transcription.plan import run_planning
from transcription.plan.request_reader import read_request
from transcription.plan.trigger_form import PARAMS
from transcription.shared import manifest_store
from transcription.shared.bucket import Bucket


def plan_run(deployment: AirflowDeployment) -> Plan:
    """Plan a run with the defaults of the form."""
    request = read_request({name: param.value for name, param in PARAMS.items()}, deployment.settings)
    plan = run_planning.plan_run(deployment.bucket, RUN, request, deployment.settings)
    assert plan
    return plan


def archive(bucket: Bucket, *keys: str) -> None:
    """Write archived objects."""
    for key in keys:
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"audio", StorageClass="GLACIER")


def test_archived_files_are_left_out_and_named(deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture) -> None:
    archive(deployment.bucket, *(f"input/{number}.wav" for number in range(7)))
    upload_all(deployment.bucket, "input/x.wav")
    plan = plan_run(deployment)
    assert [item.key for item in manifest_store.read_items(deployment.bucket, plan)] == ["input/x.wav"]
    assert [refusal.item.key for refusal in plan.archived] == [f"input/{number}.wav" for number in range(7)]
    assert {refusal.failure.code for refusal in plan.archived} == {"INPUT_ARCHIVED"}
    (warning,) = plan.warnings
    assert warning in caplog.messages
    assert warning.startswith("7 recordings are archived")
    assert "Restore them first" in warning
    assert warning.endswith("'input/0.wav', 'input/1.wav', 'input/2.wav', 'input/3.wav', 'input/4.wav', …")


def test_nothing_but_archived_files_is_a_run_without_children(deployment: AirflowDeployment) -> None:
    archive(deployment.bucket, "input/a.wav")
    plan = plan_run(deployment)
    assert (plan.files, plan.shards, plan.done, plan.refused, len(plan.archived)) == (0, 0, 0, (), 1)

"""The resources in the local AWS: the bucket loses nothing by itself, and alerts have a topic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra import job
from local import processes
from local.aws_client import batch_client, isolate, s3_client, sns_client
from local.paths import ROOT, TRAINER_ENV
from local.resources import ALERT_TOPIC, BUCKET, TEACH_JOB_DEFINITION, create_resources
from local.stack import start_aws
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys

isolate()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = tmp_path_factory.mktemp("aws")
    endpoint = start_aws(state)
    create_resources(endpoint, container=False)
    yield endpoint
    processes.end(state)


@pytest.fixture(scope="module")
def rules(endpoint: str) -> Any:
    return s3_client(endpoint).get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]


def expiring(rules: Any, key: str) -> list[Any]:
    """The lifecycle rules that apply to a key. A rule without a prefix applies to all keys."""
    return [rule for rule in rules if key.startswith(rule.get("Filter", rule).get("Prefix", ""))]


@pytest.mark.parametrize(
    "prefix",
    [keys.INPUT_FOLDER, keys.OUTPUT_FOLDER, keys.PROCESSED_FOLDER, keys.FAILED_FOLDER, keys.MODELS_FOLDER, "", "run"],
)
def test_only_records_of_runs_ever_expire(rules: Any, prefix: str) -> None:
    assert expiring(rules, f"{prefix}talk.wav") == []


def test_records_of_runs_expire_with_all_their_versions(rules: Any) -> None:
    (rule,) = expiring(rules, RunKeys("a-run").report)
    assert rule["Status"] == "Enabled"
    assert rule["Expiration"] == {"Days": 90}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_alerts_have_a_topic_to_go_to(endpoint: str) -> None:
    sns_client(endpoint).publish(TopicArn=ALERT_TOPIC, Message="A run failed.")


def test_a_teaching_runs_in_the_environment_of_the_trainer(endpoint: str) -> None:
    definitions = batch_client(endpoint).describe_job_definitions(jobDefinitionName=TEACH_JOB_DEFINITION)
    (definition,) = definitions["jobDefinitions"]
    container = definition["containerProperties"]
    assert container["command"][0] == str(TRAINER_ENV / "bin" / "python")
    assert container["command"][1:] == job.teach_command(BUCKET)[1:]
    variables = {entry["name"]: entry["value"] for entry in container["environment"]}
    assert variables.keys() >= job.teach_environment("region").keys()
    assert str(ROOT / "trainer_image") in variables["PYTHONPATH"].split(":")
    assert definition["retryStrategy"]["attempts"] == job.TEACH_RETRY_STRATEGY["attempts"]

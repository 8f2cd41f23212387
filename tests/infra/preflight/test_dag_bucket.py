"""The bucket of an existing Airflow must exist, and its key must let the CDK's function write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.check_result import State
from infra.preflight import dag_bucket
from tests.support.infra.stubbed_account import DEPLOYMENT, StubbedAccount

PLANNED = replace(DEPLOYMENT, environment="", dag_folder="s3://team-files/dags/deepspeech-clinic/")
KEY = "arn:aws:kms:us-east-1:111122223333:key/1a2b"


def encrypted(aws: StubbedAccount, algorithm: str, key: str) -> None:
    """Answer that the bucket exists, and how it is encrypted."""
    aws.answer("s3", "head_bucket", {})
    default = {"SSEAlgorithm": algorithm, **({"KMSMasterKeyID": key} if key else {})}
    rules = [{"ApplyServerSideEncryptionByDefault": default}]
    aws.answer("s3", "get_bucket_encryption", {"ServerSideEncryptionConfiguration": {"Rules": rules}})


def test_a_bucket_of_the_deployment_is_not_looked_for(aws: StubbedAccount) -> None:
    assert dag_bucket.check(aws.account, DEPLOYMENT).text == "is created by the deployment"


@pytest.mark.parametrize(
    ("algorithm", "key"), [("AES256", ""), ("aws:kms", ""), ("aws:kms", "arn:aws:kms:us-east-1:1:alias/aws/s3")]
)
def test_a_bucket_with_a_key_of_aws_passes(aws: StubbedAccount, algorithm: str, key: str) -> None:
    encrypted(aws, algorithm, key)
    result = dag_bucket.check(aws.account, PLANNED)
    assert (result.state, result.text) == (State.OK, "team-files exists")


@pytest.mark.parametrize("algorithm", ["aws:kms", "aws:kms:dsse"])
def test_a_bucket_with_a_key_of_its_owner_gives_a_warning(aws: StubbedAccount, algorithm: str) -> None:
    encrypted(aws, algorithm, KEY)
    result = dag_bucket.check(aws.account, PLANNED)
    assert result.state is State.WARNING
    assert KEY in result.text
    assert "-c airflow=none" in result.advice


def test_a_bucket_that_does_not_exist_fails(aws: StubbedAccount) -> None:
    aws.refuse("s3", "head_bucket", "404")
    result = dag_bucket.check(aws.account, PLANNED)
    assert (result.state, result.text) == (State.FAILED, "there is no bucket team-files")
    assert "-c dag_bucket=…" in result.advice

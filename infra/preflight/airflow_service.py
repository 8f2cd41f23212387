"""Check that MWAA answers in the region, and that an existing environment reads the folder that gets the DAG.

MWAA has no call that lists the versions of Airflow that it offers, so the check compares with AWS's documentation.
"""

from __future__ import annotations

from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.exceptions import ConnectionError as ConnectionFailed

from infra.check_result import Result, State, failed, ok
from infra.mwaa.airflow_versions import DEFAULT, OFFERED, VERSIONS
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "MWAA"
#: How many environments a region may have, unless AWS raised it. Source: AWS General Reference, "Amazon MWAA quotas".
_MOST_ENVIRONMENTS = 10
#: The versions of Airflow for which the DAG is written: the first and the last one, without the last number.
_FIRST_VERSION, _LAST_VERSION = (3, 0), (3, 3)


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """List the environments of the region, or look at the environment that exists."""
    try:
        if deployment.existing_environment:
            return _check_existing(account, deployment)
        if not deployment.environment:
            return ok(NAME, "is not used")
        names = list(account.pages("mwaa", "list_environments", "Environments"))
    except (EndpointConnectionError, ConnectionFailed):
        text = f"MWAA has no endpoint in {account.region} that this machine can reach"
        return failed(NAME, text, "Choose a region that has MWAA with -c region=…, or check the network and its proxy.")
    exists = deployment.environment in names
    text = f"{len(names)} environments" + (f", one of them {deployment.environment}" if exists else "")
    if not exists and len(names) >= _MOST_ENVIRONMENTS:
        advice = f"Delete one, or request more from AWS: by default, a region may have {_MOST_ENVIRONMENTS}."
        return Result(NAME, State.WARNING, text, advice)
    version = deployment.airflow_version
    if version not in OFFERED:
        advice = f"If MWAA refuses it, deploy with -c airflow_version={DEFAULT}. MWAA's console lists what it offers."
        text = f"{text}; AWS's guide of May 2026 names {' and '.join(OFFERED)}, and not Airflow {version}"
        return Result(NAME, State.WARNING, text, advice)
    return ok(NAME, text)


def _check_existing(account: Account, deployment: PlannedDeployment) -> Result:
    """Compare the folder from which an existing environment takes its DAGs with the one that gets ours."""
    name = deployment.existing_environment
    try:
        environment = account.client("mwaa").get_environment(Name=name)["Environment"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        advice = "Choose another with -c airflow_environment=…, or another region with -c region=…."
        return failed(NAME, f"there is no environment {name} in {account.region}", advice)
    bucket, folder = environment["SourceBucketArn"].rpartition(":")[2], environment["DagS3Path"].strip("/")
    source = f"s3://{bucket}/{folder}/" if folder else f"s3://{bucket}/"
    if not deployment.dag_folder.startswith(source):
        text = f"{name} reads its DAGs from {source}, and the deployment writes {deployment.dag_folder}"
        return failed(NAME, text, f"Deploy with -c dag_bucket={bucket} -c dag_prefix={folder}.")
    version = environment["AirflowVersion"]
    text = f"{name}, Airflow {version}, gets the DAG in {deployment.dag_folder}"
    numbers = tuple(int(number) for number in version.split(".")[:2])
    if numbers < _FIRST_VERSION:
        advice = "Upgrade the environment, choose another with -c airflow_environment=…, or create one: -c airflow=new."
        return failed(NAME, f"{name} has Airflow {version}, and the DAG needs Airflow 3", advice)
    if numbers > _LAST_VERSION:
        advice = f"The DAG was tested with {' and '.join(VERSIONS)}. Look in Airflow whether the DAG is broken."
        return Result(NAME, State.WARNING, text, advice)
    return ok(NAME, text)

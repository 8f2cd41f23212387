"""Check that MWAA answers in the region, and that an existing environment reads the folder that gets the DAG.

MWAA has no call that lists the versions of Airflow that it offers.
"""

from __future__ import annotations

from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.exceptions import ConnectionError as ConnectionFailed

from infra.check_result import Result, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "MWAA"


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
    return ok(NAME, f"{len(names)} environments" + (f", one of them {deployment.environment}" if exists else ""))


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
    if not deployment.dag_folder.startswith(f"s3://{bucket}/{folder}/"):
        text = f"{name} reads its DAGs from s3://{bucket}/{folder}/, and the deployment writes {deployment.dag_folder}"
        return failed(NAME, text, f"Deploy with -c dag_bucket={bucket} -c dag_prefix={folder}.")
    return ok(NAME, f"{name}, Airflow {environment['AirflowVersion']}, gets the DAG in {deployment.dag_folder}")

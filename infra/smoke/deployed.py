"""The deployment that the smoke test uses, as its stacks describe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.smoke.errors import NotDeployed


@dataclass(frozen=True)
class Deployed:
    """What the outputs of the stacks say about a deployment."""

    name: str
    #: The name of the audio bucket.
    bucket: str
    #: The name of the MWAA environment; empty if Airflow does not run on MWAA.
    environment: str
    #: The ARN of the alert topic.
    topic: str


def find_deployment(client: Callable[[str], Any], name: str) -> Deployed:
    """Read the outputs of the deployment `name`.

    Args:
        client: Returns the boto3 client of a service.
        name: The name of the deployment.

    Raises:
        NotDeployed: A stack or an output does not exist.
    """
    outputs = {**_outputs(client, f"{name}-storage"), **_outputs(client, f"{name}-airflow")}
    try:
        return Deployed(name, outputs["AudioBucket"], outputs.get("AirflowEnvironment", ""), outputs["AlertTopic"])
    except KeyError as error:
        raise NotDeployed(f"The stacks of {name} have no output {error}. Deploy again: make deploy") from error


def _outputs(client: Callable[[str], Any], stack: str) -> dict[str, str]:
    try:
        (description,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":  # CloudFormation's answer to an unknown name
            raise
        raise NotDeployed(f"There is no stack {stack} in this account and region. Deploy it: make deploy") from error
    return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}

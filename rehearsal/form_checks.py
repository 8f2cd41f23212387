"""The checks of forms of a deployment that differ from the default: a NAT instance, and runs after uploads.

Each function raises StackError if a check fails. The message says what is wrong.
"""

from __future__ import annotations

import json
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from rehearsal.checks import check
from rehearsal.rehearsal import Rehearsal
from rehearsal.rehearsed_deployment import RehearsedDeployment
from transcription.contract import keys


def check_nat_instance(deployment: RehearsedDeployment) -> None:
    """Check that the private subnets reach the internet through one instance, which passes on what is not for it."""
    ec2 = deployment.client("ec2")
    tag = {"Name": "tag:deployment", "Values": [deployment.name]}
    reservations = ec2.describe_instances(Filters=[tag])["Reservations"]
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    check(len(instances) == 1, f"There are {len(instances)} NAT instances.")
    [instance] = instances
    check(not instance["SourceDestCheck"], "The NAT instance drops everything that it should pass on.")
    check("PublicIpAddress" in instance, "The NAT instance has no public address.")
    subnets = deployment.environment()["NetworkConfiguration"]["SubnetIds"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": subnets}])["RouteTables"]
    ways = [
        route.get("InstanceId")
        for table in tables
        for route in table["Routes"]
        if route.get("DestinationCidrBlock") == "0.0.0.0/0"
    ]
    check(ways == [instance["InstanceId"]] * len(subnets), f"The private subnets reach the internet through {ways}.")
    check(instance["SubnetId"] not in subnets, "The NAT instance is in a private subnet.")


def check_upload_queue(rehearsal: Rehearsal, deployment: RehearsedDeployment, key: str) -> None:
    """Check that S3 may tell the queue of Airflow's options about an upload, and that Airflow receives the message.

    Args:
        rehearsal: The rehearsal, which logs refused requests.
        deployment: The deployment.
        key: An object below `input/`, which was uploaded after the deployment.
    """
    environment = deployment.environment()
    name = environment["AirflowConfigurationOptions"]["transcription.upload_queue"].rpartition("/")[2]
    queue = deployment.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    sqs = deployment.client_of_role(environment["ExecutionRoleArn"], "sqs")
    try:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)
        ]
        sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    except ClientError as error:
        check(False, f"Airflow may not use the queue of uploads: {error}", *rehearsal.refused_requests())
    records = [record for message in messages for record in json.loads(message["Body"]).get("Records", [])]
    uploads = [unquote_plus(record["s3"]["object"]["key"]) for record in records]
    check(uploads == [key], f"S3 told the queue about {uploads}, and not about {key} below {keys.INPUT_FOLDER} only.")

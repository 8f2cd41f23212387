"""Requests with the credentials of a role: its policies decide whether they are carried out or refused."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from standin.account import ACCOUNT_ID
from tests.support.standin.standin_server import REGION, Batch, LocalAws

VERSION = {"Version": "2012-10-17"}
ANYBODY = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
TRUST = json.dumps({**VERSION, "Statement": [ANYBODY]})
Clients = Callable[[str], Any]


@pytest.fixture
def role(aws: LocalAws) -> str:
    name = f"r-{uuid.uuid4().hex}"
    aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    return name


def set_policy(aws: LocalAws, role: str, *statements: tuple[Any, Any]) -> None:
    allowed = [{"Effect": "Allow", "Action": actions, "Resource": resources} for actions, resources in statements]
    document = json.dumps({**VERSION, "Statement": allowed})
    aws.client("iam").put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document)


@pytest.fixture
def assume(aws: LocalAws, role: str) -> Clients:
    """Make clients with the credentials of the role."""
    arn = aws.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    credentials = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="tests")["Credentials"]
    session: Any = boto3.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], REGION
    )
    return lambda service: session.client(service, endpoint_url=aws.endpoint)


def error_code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_role_may_write_only_where_its_policy_allows(aws: LocalAws, bucket: str, role: str, assume: Clients) -> None:
    set_policy(aws, role, ("s3:PutObject", f"arn:aws:s3:::{bucket}/output/*"))
    s3 = assume("s3")
    s3.put_object(Bucket=bucket, Key="output/a b", Body=b"a")
    for forbidden in (
        lambda: s3.put_object(Bucket=bucket, Key="input/a", Body=b"a"),
        lambda: s3.get_object(Bucket=bucket, Key="output/a b"),
        lambda: s3.list_objects_v2(Bucket=bucket),
        lambda: s3.delete_object(Bucket=bucket, Key="output/a b"),
        lambda: s3.put_object(Bucket=bucket, Key="output/c", Body=b"a", Tagging="a=b"),
    ):
        with pytest.raises(ClientError) as error:
            forbidden()
        assert error_code(error) == "AccessDenied"


def test_a_copy_needs_permissions_for_source_and_target(aws: LocalAws, bucket: str, role: str, assume: Clients) -> None:
    aws.client("s3").put_object(Bucket=bucket, Key="input/a", Body=b"a")
    copy = {"Bucket": bucket, "Key": "processed/a", "CopySource": {"Bucket": bucket, "Key": "input/a"}}
    arn = f"arn:aws:s3:::{bucket}"
    for half in (("s3:PutObject", f"{arn}/processed/*"), ("s3:GetObject", f"{arn}/input/*")):
        set_policy(aws, role, half)
        with pytest.raises(ClientError) as error:
            assume("s3").copy_object(**copy)
        assert error_code(error) == "AccessDenied"
    set_policy(aws, role, ("s3:PutObject", f"{arn}/processed/*"), ("s3:GetObject", f"{arn}/input/*"))
    assume("s3").copy_object(**copy)


def test_a_role_may_read_only_the_logs_that_its_policy_names(aws: LocalAws, role: str, assume: Clients) -> None:
    groups = [f"/jobs/{uuid.uuid4().hex}", f"/others/{uuid.uuid4().hex}"]
    for group in groups:
        aws.client("logs").create_log_group(logGroupName=group)
        aws.client("logs").create_log_stream(logGroupName=group, logStreamName="job/default/0a1b")
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{groups[0]}:*"
    set_policy(aws, role, ("logs:GetLogEvents", arn))
    assume("logs").get_log_events(logGroupName=groups[0], logStreamName="job/default/0a1b")
    with pytest.raises(ClientError) as error:
        assume("logs").get_log_events(logGroupName=groups[1], logStreamName="job/default/0a1b")
    assert "AccessDenied" in error_code(error)


def test_each_object_of_many_is_deleted_only_where_the_policy_allows(
    aws: LocalAws, bucket: str, role: str, assume: Clients
) -> None:
    for key in ("input/a", "output/a"):
        aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"a")
    set_policy(aws, role, ("s3:DeleteObject", f"arn:aws:s3:::{bucket}/input/*"))
    answer = assume("s3").delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "input/a"}, {"Key": "output/a"}]})
    assert [entry["Key"] for entry in answer["Deleted"]] == ["input/a"]
    assert [(entry["Key"], entry["Code"]) for entry in answer["Errors"]] == [("output/a", "AccessDenied")]
    assert aws.keys(bucket) == ["output/a"]


def test_a_missing_object_is_reported_only_to_roles_that_may_list(
    aws: LocalAws, bucket: str, role: str, assume: Clients
) -> None:
    """A program that expects 404 for a transcript that is not there yet would get 403 from AWS."""
    set_policy(aws, role, ("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    with pytest.raises(ClientError) as error:
        assume("s3").get_object(Bucket=bucket, Key="output/missing")
    assert error_code(error) == "AccessDenied"
    set_policy(aws, role, ("s3:GetObject", f"arn:aws:s3:::{bucket}/*"), ("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
    with pytest.raises(ClientError) as error:
        assume("s3").get_object(Bucket=bucket, Key="output/missing")
    assert error_code(error) == "NoSuchKey"


def test_a_bucket_policy_can_deny_a_role_that_may_do_everything(
    aws: LocalAws, bucket: str, role: str, assume: Clients
) -> None:
    set_policy(aws, role, ("*", "*"))
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/secret/*"}
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [statement]}))
    assume("s3").put_object(Bucket=bucket, Key="input/a", Body=b"a")
    with pytest.raises(ClientError) as error:
        assume("s3").put_object(Bucket=bucket, Key="secret/a", Body=b"a")
    assert error_code(error) == "AccessDenied"


def test_a_job_is_submitted_only_to_the_queue_that_the_role_names(
    aws: LocalAws, batch: Batch, role: str, assume: Clients
) -> None:
    [queue] = batch.client.describe_job_queues(jobQueues=[batch.queue])["jobQueues"]
    name = batch.define(["true"]).rpartition("/")[2].partition(":")[0]
    definition = f"arn:aws:batch:{REGION}:{ACCOUNT_ID}:job-definition/{name}"
    job = {"jobName": "j", "jobQueue": batch.queue, "jobDefinition": name}
    for resources in ([queue["jobQueueArn"]], [definition], [f"{queue['jobQueueArn']}2", definition]):
        set_policy(aws, role, ("batch:SubmitJob", resources))
        with pytest.raises(ClientError) as error:
            assume("batch").submit_job(**job)
        assert error_code(error) == "AccessDeniedException"
    set_policy(aws, role, ("batch:SubmitJob", [queue["jobQueueArn"], definition]))
    assume("batch").submit_job(**job)


def test_only_roles_with_the_permission_publish_to_a_topic(aws: LocalAws, role: str, assume: Clients) -> None:
    topic = aws.client("sns").create_topic(Name=f"t-{uuid.uuid4().hex}")["TopicArn"]
    set_policy(aws, role, ("sns:Publish", f"{topic}2"))
    with pytest.raises(ClientError) as error:
        assume("sns").publish(TopicArn=topic, Message="m")
    assert error_code(error) == "AuthorizationError"
    set_policy(aws, role, ("sns:Publish", topic))
    assume("sns").publish(TopicArn=topic, Message="m")


def test_a_role_receives_and_deletes_messages_of_the_named_queue_only(
    aws: LocalAws, role: str, assume: Clients
) -> None:
    name = f"q-{uuid.uuid4().hex}"
    url = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="m")
    arn, actions = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}", ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
    set_policy(aws, role, (actions, f"{arn}2"))
    with pytest.raises(ClientError) as error:
        assume("sqs").receive_message(QueueUrl=url)
    assert "AccessDenied" in error_code(error)
    set_policy(aws, role, (actions, arn))
    (message,) = assume("sqs").receive_message(QueueUrl=url)["Messages"]
    entries = [{"Id": "0", "ReceiptHandle": message["ReceiptHandle"]}]
    assert assume("sqs").delete_message_batch(QueueUrl=url, Entries=entries)["Successful"]


def test_a_job_has_the_permissions_of_its_job_role(aws: LocalAws, batch: Batch, bucket: str, role: str) -> None:
    set_policy(aws, role, ("s3:PutObject", f"arn:aws:s3:::{bucket}/output/*"))
    arn = aws.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    program = (
        "import boto3, botocore; s3 = boto3.client('s3')\n"
        f"s3.put_object(Bucket='{bucket}', Key='output/a', Body=b'a')\n"
        f"try: s3.put_object(Bucket='{bucket}', Key='input/a', Body=b'a')\n"
        "except botocore.exceptions.ClientError as error: print(error.response['Error']['Code'], flush=True)\n"
        "else: raise SystemExit('was allowed')"
    )
    job = batch.submit([], jobDefinition=batch.define(["python", "-c", program], jobRoleArn=arn))
    assert batch.ends(job)["status"] == "SUCCEEDED"
    assert batch.prints(job, "AccessDenied")

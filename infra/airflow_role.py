"""The execution role of the MWAA environment, with the permissions that MWAA itself needs.

Source: Amazon MWAA User Guide, "Amazon MWAA execution role".
"""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from infra.grants import Permission, grant


def add_airflow_role(stack: Stack, environment: str, bucket: str) -> iam.Role:
    """Add the execution role to a stack, and return it.

    Args:
        stack: The stack that the role belongs to.
        environment: The name of the MWAA environment.
        bucket: The ARN of the bucket with Airflow's files.
    """
    # No other environment may use this role.
    only_this_environment = {
        "StringEquals": {"aws:SourceAccount": stack.account},
        "ArnLike": {"aws:SourceArn": _environment_arn(stack, environment)},
    }
    role = iam.Role(
        stack,
        "Role",
        assumed_by=iam.CompositePrincipal(
            iam.ServicePrincipal("airflow.amazonaws.com", conditions=only_this_environment),
            iam.ServicePrincipal("airflow-env.amazonaws.com", conditions=only_this_environment),
        ),
        description="What Airflow and the tasks of its DAGs may do",
    )
    grant(role, _permissions(stack, environment, bucket))
    return role


def _permissions(stack: Stack, environment: str, bucket: str) -> list[Permission]:
    """Return what MWAA itself needs: metrics, its files, logs, and the queue between scheduler and worker."""
    logs = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=f"airflow-{environment}-*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    queue = stack.format_arn(service="sqs", account="*", resource="airflow-celery-*")
    return [
        Permission(["airflow:PublishMetrics"], [_environment_arn(stack, environment)]),
        Permission(
            ["s3:GetObject*", "s3:GetBucket*", "s3:List*"],
            [bucket, f"{bucket}/*"],
            "MWAA's guide requires these: MWAA reads versions, encryption and access settings. Everything in the "
            "bucket comes from the repository.",
        ),
        Permission(
            [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
                "logs:GetLogEvents",
                "logs:GetLogRecord",
                "logs:GetLogGroupFields",
                "logs:GetQueryResults",
            ],
            [logs],
            "The log groups of this environment only; MWAA chooses their names.",
        ),
        Permission(
            [
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
            ],
            [queue],
            "The queue belongs to an account of MWAA, which chooses its name.",
        ),
        Permission(
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:Encrypt"],
            [stack.format_arn(service="kms", region="*", resource="key", resource_name="*")],
            "MWAA encrypts the queue with a key of its own account, whose id is unknown here.",
            elsewhere=True,
            conditions={"StringLike": {"kms:ViaService": [f"sqs.{stack.region}.{stack.url_suffix}"]}},
        ),
        Permission(
            ["s3:GetAccountPublicAccessBlock", "logs:DescribeLogGroups"],
            ["*"],
            "AWS has no resource for these: they concern the account and all of its log groups.",
        ),
        Permission(
            ["cloudwatch:PutMetricData"],
            ["*"],
            "AWS has no resource for metrics; the condition restricts their namespace.",
            conditions={"StringEquals": {"cloudwatch:namespace": "AmazonMWAA"}},
        ),
    ]


def _environment_arn(stack: Stack, environment: str) -> str:
    return stack.format_arn(service="airflow", resource="environment", resource_name=environment)

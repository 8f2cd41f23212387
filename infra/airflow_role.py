"""What MWAA needs before any task does anything. Source: Amazon MWAA User Guide, "Amazon MWAA execution role"."""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from infra.permissions import Permission, grant


def airflow_role(stack: Stack, environment: str, bucket: str) -> iam.Role:
    """The execution role of the MWAA environment of this name, whose files are in the bucket of this ARN."""
    itself = stack.format_arn(service="airflow", resource="environment", resource_name=environment)
    # Nobody else's environment may make MWAA take this role.
    only_itself = {
        "StringEquals": {"aws:SourceAccount": stack.account},
        "ArnLike": {"aws:SourceArn": itself},
    }
    role = iam.Role(
        stack,
        "Role",
        assumed_by=iam.CompositePrincipal(
            iam.ServicePrincipal("airflow.amazonaws.com", conditions=only_itself),
            iam.ServicePrincipal("airflow-env.amazonaws.com", conditions=only_itself),
        ),
        description="What Airflow and the tasks of its DAGs may do",
    )
    logs = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=f"airflow-{environment}-*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    queue = stack.format_arn(service="sqs", account="*", resource="airflow-celery-*")
    grant(
        role,
        [
            Permission(["airflow:PublishMetrics"], [itself]),
            Permission(
                ["s3:GetObject*", "s3:GetBucket*", "s3:List*"],
                [bucket, f"{bucket}/*"],
                "What MWAA's guide asks for: it reads versions, encryption and access settings. All that the bucket "
                "holds comes from the repository.",
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
                "The groups of this environment alone; MWAA names them.",
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
                "The queue lies in an account of MWAA's, under a name of its choice.",
            ),
            Permission(
                ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:Encrypt"],
                [stack.format_arn(service="kms", region="*", resource="key", resource_name="*")],
                "The queue is encrypted with a key of MWAA's, whose id nobody else knows; it is none of this account.",
                elsewhere=True,
                conditions={"StringLike": {"kms:ViaService": [f"sqs.{stack.region}.{stack.url_suffix}"]}},
            ),
            Permission(
                ["s3:GetAccountPublicAccessBlock", "logs:DescribeLogGroups"],
                ["*"],
                "AWS allows these for no single resource: they are about the account and all of its log groups.",
            ),
            Permission(
                ["cloudwatch:PutMetricData"],
                ["*"],
                "AWS knows no resource for metrics; the condition has their namespace.",
                conditions={"StringEquals": {"cloudwatch:namespace": "AmazonMWAA"}},
            ),
        ],
    )
    return role

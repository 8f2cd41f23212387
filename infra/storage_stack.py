"""The storage stack: the bucket for audio and transcripts, and the bucket that MWAA reads."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import job, upload_rule
from infra.accepted_findings import CDK_FUNCTION_FINDINGS, accept_findings
from infra.settings import DeploymentSettings
from infra.upload_queue import UploadQueue
from transcription.contract import keys

_NO_ACCESS_LOG = (
    "An account that wants access logs has them in CloudTrail's data events. A bucket of access logs would hold the "
    "names of all recordings again, and each run records what it read and wrote."
)


class StorageStack(Stack):
    """The audio bucket, which by default stays when the deployment is destroyed, and the MWAA bucket.

    Args:
        scope: The CDK app.
        id: The name of the stack.
        settings: The settings of the deployment.
    """

    def __init__(self, scope: Construct, id: str, *, settings: DeploymentSettings) -> None:
        description = "Speech to text: audio, transcripts, and Airflow's files"
        super().__init__(scope, id, description=description, env=Environment(region=settings.region or None))
        removal = RemovalPolicy.RETAIN if settings.retain_audio else RemovalPolicy.DESTROY
        #: Holds `input/` and everything else that a run reads and writes.
        self.audio = self._bucket("Audio", removal, _audio_rules(settings))
        self.audio.add_cors_rule(
            allowed_origins=list(upload_rule.ORIGINS),
            allowed_methods=[s3.HttpMethods(method) for method in upload_rule.METHODS],
            allowed_headers=list(upload_rule.HEADERS),
            max_age=upload_rule.MAX_AGE,
        )
        if settings.transcribe_on_upload:
            UploadQueue(self, "Uploads", settings=settings, bucket=self.audio)
        #: Holds DAGs, plugins and requirements. Everything in it comes from the repository.
        self.airflow = self._bucket("Airflow", RemovalPolicy.DESTROY, [_old_version_rule(settings.old_version_days)])
        for child in self.node.children:
            if child.node.id.startswith("Custom::"):
                accept_findings(child, CDK_FUNCTION_FINDINGS)
        #: The bucket ARNs as exported values. In other stacks, cdk-nag shows an ARN as the name of its export, which an
        #: accepted finding must contain.
        self.audio_arn = self._exported(self.audio.bucket_arn)
        self.airflow_arn = self._exported(self.airflow.bucket_arn)
        CfnOutput(self, "AudioBucket", value=self.audio.bucket_name, description="Upload audio to s3://…/input/")
        CfnOutput(self, "AirflowBucket", value=self.airflow.bucket_name, description="Airflow's DAGs and plugins")

    def _exported(self, value: str) -> str:
        return str(self.export_value(value))

    def _bucket(self, name: str, removal: RemovalPolicy, rules: list[s3.LifecycleRule]) -> s3.Bucket:
        """Add a private, versioned bucket with these lifecycle rules."""
        bucket = s3.Bucket(
            self,
            name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=True,
            removal_policy=removal,
            auto_delete_objects=removal == RemovalPolicy.DESTROY,
            lifecycle_rules=rules,
        )
        accept_findings(bucket, {"AwsSolutions-S1": _NO_ACCESS_LOG, "CKV_AWS_18": _NO_ACCESS_LOG})
        return bucket


def _audio_rules(settings: DeploymentSettings) -> list[s3.LifecycleRule]:
    """Return the rules that expire run records, old versions and, if `processed_days` is set, processed audio.

    A listening copy expires like the audio.
    """
    rules = [
        s3.LifecycleRule(
            id="runs",
            prefix=keys.RUNS_FOLDER,
            expiration=Duration.days(job.RUN_RECORD_DAYS),
            noncurrent_version_expiration=Duration.days(job.RUN_RECORD_VERSION_DAYS),
        ),
        _old_version_rule(settings.old_version_days),
    ]
    if settings.processed_days:
        rules += [
            s3.LifecycleRule(id=prefix.rstrip("/"), prefix=prefix, expiration=Duration.days(settings.processed_days))
            for prefix in (keys.PROCESSED_FOLDER, keys.LISTENING_FOLDER)
        ]
    return rules


def _old_version_rule(days: int) -> s3.LifecycleRule:
    """Return the rule that deletes unfinished uploads, and replaced and deleted objects after `days` days."""
    return s3.LifecycleRule(
        id="old-versions",
        noncurrent_version_expiration=Duration.days(days),
        expired_object_delete_marker=True,
        abort_incomplete_multipart_upload_after=Duration.days(upload_rule.UNFINISHED_DAYS),
    )

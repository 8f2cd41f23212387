"""Check that the bucket of an existing Airflow exists, and can be written to."""

from __future__ import annotations

from botocore.exceptions import ClientError

from infra.check_result import Result, State, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "DAG bucket"


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """Look for the bucket, and for a key of its own that encrypts it."""
    bucket = deployment.dag_folder.removeprefix("s3://").partition("/")[0]
    if not bucket:
        return ok(NAME, "is created by the deployment")
    s3 = account.client("s3")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        return failed(NAME, f"there is no bucket {bucket}", "Choose another with -c dag_bucket=….")
    if key := _key(s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]):
        text = f"{bucket} is encrypted with {key}, which the CDK's function that copies the DAG may not use"
        advice = "Let the policy of this key allow it, or deploy with -c airflow=none and copy the DAG by yourself."
        return Result(NAME, State.WARNING, text, advice)
    return ok(NAME, f"{bucket} exists")


def _key(rules: list[dict[str, dict[str, str]]]) -> str:
    """Return the key of AWS KMS that a bucket's owner chose, or an empty text.

    AWS's own key for S3 can be used by everybody in the account who may use the bucket.
    """
    defaults = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules]
    keys = [default.get("KMSMasterKeyID", "") for default in defaults if "kms" in default.get("SSEAlgorithm", "")]
    return next((key for key in keys if key and not key.endswith("alias/aws/s3")), "")

"""Buckets and their policies."""

from __future__ import annotations

import json
from typing import Any

from standin.cloudformation.provider import Made, Properties, Provider, Replace, Request, provides


@provides("AWS::S3::Bucket")
class Bucket(Provider):
    """A bucket. It can be removed only when it is empty."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        name = request.properties.get("BucketName") or request.name(63).lower()
        request.client("s3").create_bucket(Bucket=name)
        self._configure(request, name)
        return _made(request, name)

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("BucketName"):
            raise Replace
        self._configure(request, request.made.physical_id)
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("s3").delete_bucket(Bucket=request.made.physical_id)

    def _configure(self, request: Request, name: str) -> None:
        s3, wanted = request.client("s3"), request.properties
        if versioning := wanted.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
        if encryption := wanted.get("BucketEncryption"):
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=_encryption(encryption))
        if block := wanted.get("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        if ownership := wanted.get("OwnershipControls"):
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=ownership)
        if tags := request.tags():
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
        if lifecycle := wanted.get("LifecycleConfiguration"):
            rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
            s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
        elif request.old.get("LifecycleConfiguration"):
            s3.delete_bucket_lifecycle(Bucket=name)


@provides("AWS::S3::BucketPolicy")
class BucketPolicy(Provider):
    """The policy of a bucket."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        bucket, policy = request.properties["Bucket"], request.properties["PolicyDocument"]
        request.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
        return Made(bucket)

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        return self.create(request)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("s3").delete_bucket_policy(Bucket=request.made.physical_id)


def _made(request: Request, name: str) -> Made:
    region = request.account.region
    return Made(
        name,
        {
            "Arn": f"arn:{request.account.partition}:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        },
    )


def _encryption(wanted: Properties) -> dict[str, Any]:
    rules = []
    for rule in wanted["ServerSideEncryptionConfiguration"]:
        default = dict(rule["ServerSideEncryptionByDefault"])
        if key := default.pop("KMSMasterKeyID", None):
            default["KMSMasterKeyID"] = key
        rules.append({**rule, "ApplyServerSideEncryptionByDefault": default})
        rules[-1].pop("ServerSideEncryptionByDefault")
    return {"Rules": rules}


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    """A rule as PutBucketLifecycleConfiguration takes it."""
    found = {name: value for name, value in rule.items() if name in ("Status", "AbortIncompleteMultipartUpload")}
    found |= {"Filter": {"Prefix": rule.get("Prefix", "")}}
    if "Id" in rule:
        found["ID"] = rule["Id"]
    expiration = {
        "Days": rule.get("ExpirationInDays"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    if any(expiration.values()):
        found["Expiration"] = {name: value for name, value in expiration.items() if value}
    if noncurrent := rule.get("NoncurrentVersionExpiration"):
        found["NoncurrentVersionExpiration"] = noncurrent
    if transitions := rule.get("Transitions"):
        found["Transitions"] = [
            {"StorageClass": each["StorageClass"], "Days": each["TransitionInDays"]} for each in transitions
        ]
    return found

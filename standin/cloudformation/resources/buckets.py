"""Handlers of S3 buckets and their policies."""

from __future__ import annotations

import json
from typing import Any

from standin.cloudformation.errors import NotSupported
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    Properties,
    ResourceHandler,
    handles,
)
from standin.cloudformation.resources.configured_resource import ConfiguredResource


@handles("AWS::S3::Bucket")
class Bucket(ConfiguredResource):
    """Handler of S3 buckets. Only an empty bucket can be deleted."""

    name_property = "BucketName"

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the bucket with its options and return it. See `ResourceHandler`."""
        name = request.properties.get("BucketName") or request.unique_name(63).lower()
        request.client("s3").create_bucket(Bucket=name)
        self.configure(request, name)
        return _physical_resource(request, name)

    def delete(self, request: HandlerRequest) -> None:
        """Delete the bucket. See `ResourceHandler`."""
        request.client("s3").delete_bucket(Bucket=request.existing.physical_id)

    def configure(self, request: HandlerRequest, name: str) -> None:
        """Set the declared options of the bucket `name`. See `ConfiguredResource`."""
        s3, properties = request.client("s3"), request.properties
        if versioning := properties.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
        if encryption := properties.get("BucketEncryption"):
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=_encryption(encryption))
        if block := properties.get("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        if ownership := properties.get("OwnershipControls"):
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=ownership)
        if tags := request.tags():
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
        if lifecycle := properties.get("LifecycleConfiguration"):
            rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
            s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
        elif request.old_properties.get("LifecycleConfiguration"):
            s3.delete_bucket_lifecycle(Bucket=name)
        notifications = properties.get("NotificationConfiguration", {})
        if notifications or request.old_properties.get("NotificationConfiguration"):
            configuration = _notification_configuration(notifications)
            s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=configuration)
        if cors := properties.get("CorsConfiguration"):
            rules = [_cors_rule(rule) for rule in cors["CorsRules"]]
            s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
        elif request.old_properties.get("CorsConfiguration"):
            s3.delete_bucket_cors(Bucket=name)


@handles("AWS::S3::BucketPolicy")
class BucketPolicy(ResourceHandler):
    """Handler of bucket policies."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Set the policy of the bucket and return the policy. See `ResourceHandler`."""
        bucket, policy = request.properties["Bucket"], request.properties["PolicyDocument"]
        request.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
        return PhysicalResource(bucket)

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Set the policy of the bucket again. See `ResourceHandler`."""
        return self.create(request)

    def delete(self, request: HandlerRequest) -> None:
        """Delete the policy of the bucket. See `ResourceHandler`."""
        request.client("s3").delete_bucket_policy(Bucket=request.existing.physical_id)


def _physical_resource(request: HandlerRequest, name: str) -> PhysicalResource:
    region = request.account.region
    return PhysicalResource(
        name,
        {
            "Arn": f"arn:{request.account.partition}:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        },
    )


def _encryption(properties: Properties) -> dict[str, Any]:
    """Return an encryption setting in the form of PutBucketEncryption."""
    rules = []
    for rule in properties["ServerSideEncryptionConfiguration"]:
        default = dict(rule["ServerSideEncryptionByDefault"])
        if key := default.pop("KMSMasterKeyID", None):
            default["KMSMasterKeyID"] = key
        rules.append({**rule, "ApplyServerSideEncryptionByDefault": default})
        rules[-1].pop("ServerSideEncryptionByDefault")
    return {"Rules": rules}


def _notification_configuration(properties: Properties) -> dict[str, Any]:
    """Return notifications to queues in the form of PutBucketNotificationConfiguration.

    Raises:
        NotSupported: There are notifications to something else.
    """
    if others := properties.keys() - {"QueueConfigurations"}:
        raise NotSupported(f"The local CloudFormation makes no {', '.join(sorted(others))} of a bucket.")
    return {
        "QueueConfigurations": [
            {
                "QueueArn": queue["Queue"],
                "Events": [queue["Event"]],
                "Filter": {"Key": {"FilterRules": queue.get("Filter", {}).get("S3Key", {}).get("Rules", [])}},
            }
            for queue in properties.get("QueueConfigurations", [])
        ]
    }


def _cors_rule(rule: Properties) -> dict[str, Any]:
    """Return a rule for web pages from other hosts in the form of PutBucketCors."""
    names = {"ExposedHeaders": "ExposeHeaders", "Id": "ID", "MaxAge": "MaxAgeSeconds"}
    return {names.get(name, name): value for name, value in rule.items()}


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    """Return a lifecycle rule in the form of PutBucketLifecycleConfiguration."""
    converted = {name: value for name, value in rule.items() if name in ("Status", "AbortIncompleteMultipartUpload")}
    converted |= {"Filter": {"Prefix": rule.get("Prefix", "")}}
    if "Id" in rule:
        converted["ID"] = rule["Id"]
    expiration = {
        "Days": rule.get("ExpirationInDays"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    if any(expiration.values()):
        converted["Expiration"] = {name: value for name, value in expiration.items() if value}
    if noncurrent := rule.get("NoncurrentVersionExpiration"):
        converted["NoncurrentVersionExpiration"] = noncurrent
    if transitions := rule.get("Transitions"):
        converted["Transitions"] = [
            {"StorageClass": transition["StorageClass"], "Days": transition["TransitionInDays"]}
            for transition in transitions
        ]
    return converted

"""Buckets that are emptied before they are deleted. In AWS a Lambda function does this; the stand-in runs no functions.

Source: the properties are those of aws-cdk-lib's auto-delete-objects-handler.
"""

from __future__ import annotations

from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, ResourceHandler, handles


@handles("Custom::S3AutoDeleteObjects")
class AutoDeleteObjects(ResourceHandler):
    """Handler of CDK's `auto_delete_objects`, which empties a bucket before the bucket is deleted."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Return the resource, without a call of AWS. See `ResourceHandler`."""
        return PhysicalResource(request.unique_name())

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Return the existing resource unchanged. See `ResourceHandler`."""
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Delete all versions of all objects in the bucket. See `ResourceHandler`."""
        s3, bucket = request.client("s3"), request.old_properties["BucketName"]
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])

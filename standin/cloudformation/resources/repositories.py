"""ECR repositories."""

from __future__ import annotations

import json

from standin.cloudformation.property_names import lower_names, pick
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::ECR::Repository")
class Repository(ResourceHandler):
    """An ECR repository."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        properties, ecr = request.properties, request.client("ecr")
        name = properties.get("RepositoryName") or request.unique_name(256).lower()
        options = lower_names(pick(properties, "ImageTagMutability"))
        repository = ecr.create_repository(repositoryName=name, **options)["repository"]
        self._configure(request, name)
        return PhysicalResource(
            name, {"Arn": repository["repositoryArn"], "RepositoryUri": repository["repositoryUri"]}
        )

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        if request.has_changed("RepositoryName"):
            raise ReplacementRequired
        self._configure(request, request.existing.physical_id)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """See `ResourceHandler`."""
        request.client("ecr").delete_repository(repositoryName=request.existing.physical_id, force=True)

    @staticmethod
    def _configure(request: HandlerRequest, name: str) -> None:
        properties, ecr = request.properties, request.client("ecr")
        if policy := properties.get("RepositoryPolicyText"):
            ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(policy))
        if lifecycle := properties.get("LifecyclePolicy"):
            ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=lifecycle["LifecyclePolicyText"])

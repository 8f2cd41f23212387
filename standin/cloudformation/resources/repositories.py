"""Handler of ECR repositories."""

from __future__ import annotations

import json

from standin.cloudformation.property_names import lower_names, pick
from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, handles
from standin.cloudformation.resources.configured_resource import ConfiguredResource


@handles("AWS::ECR::Repository")
class Repository(ConfiguredResource):
    """Handler of ECR repositories."""

    name_property = "RepositoryName"

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the repository with its options and return it. See `ResourceHandler`."""
        properties, ecr = request.properties, request.client("ecr")
        name = properties.get("RepositoryName") or request.unique_name(256).lower()
        options = lower_names(pick(properties, "ImageTagMutability"))
        repository = ecr.create_repository(repositoryName=name, **options)["repository"]
        self.configure(request, name)
        return PhysicalResource(
            name, {"Arn": repository["repositoryArn"], "RepositoryUri": repository["repositoryUri"]}
        )

    def delete(self, request: HandlerRequest) -> None:
        """Delete the repository with its images. See `ResourceHandler`."""
        request.client("ecr").delete_repository(repositoryName=request.existing.physical_id, force=True)

    def configure(self, request: HandlerRequest, name: str) -> None:
        """Set the declared policies of the repository `name`. See `ConfiguredResource`."""
        properties, ecr = request.properties, request.client("ecr")
        if policy := properties.get("RepositoryPolicyText"):
            ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(policy))
        if lifecycle := properties.get("LifecyclePolicy"):
            ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=lifecycle["LifecyclePolicyText"])

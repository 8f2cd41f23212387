"""ECR."""

from __future__ import annotations

import json

from standin.cloudformation.provider import Made, Provider, Replace, Request, lower, only, provides


@provides("AWS::ECR::Repository")
class Repository(Provider):
    """Where images are kept."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        wanted, ecr = request.properties, request.client("ecr")
        name = wanted.get("RepositoryName") or request.name(256).lower()
        options = lower(only(wanted, "ImageTagMutability"))
        made = ecr.create_repository(repositoryName=name, **options)["repository"]
        self._configure(request, name)
        return Made(name, {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("RepositoryName"):
            raise Replace
        self._configure(request, request.made.physical_id)
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ecr").delete_repository(repositoryName=request.made.physical_id, force=True)

    @staticmethod
    def _configure(request: Request, name: str) -> None:
        wanted, ecr = request.properties, request.client("ecr")
        if policy := wanted.get("RepositoryPolicyText"):
            ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(policy))
        if lifecycle := wanted.get("LifecyclePolicy"):
            ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=lifecycle["LifecyclePolicyText"])

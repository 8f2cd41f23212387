"""Handler of EC2 launch templates."""

from __future__ import annotations

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::EC2::LaunchTemplate")
class LaunchTemplate(ResourceHandler):
    """Handler of launch templates, which describe EC2 instances."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the launch template and return it. See `ResourceHandler`."""
        template = request.client("ec2").create_launch_template(
            LaunchTemplateName=request.properties.get("LaunchTemplateName") or request.unique_name(),
            LaunchTemplateData=request.properties["LaunchTemplateData"],
        )["LaunchTemplate"]
        return self._physical_resource(template["LaunchTemplateId"], "1")

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Create a new version. A new name needs a new launch template. See `ResourceHandler`."""
        if request.has_changed("LaunchTemplateName"):
            raise ReplacementRequired
        resource_id = request.existing.physical_id
        version = request.client("ec2").create_launch_template_version(
            LaunchTemplateId=resource_id, LaunchTemplateData=request.properties["LaunchTemplateData"]
        )["LaunchTemplateVersion"]
        return self._physical_resource(resource_id, str(version["VersionNumber"]))

    def delete(self, request: HandlerRequest) -> None:
        """Delete the launch template with all its versions. See `ResourceHandler`."""
        request.client("ec2").delete_launch_template(LaunchTemplateId=request.existing.physical_id)

    @staticmethod
    def _physical_resource(resource_id: str, version: str) -> PhysicalResource:
        return PhysicalResource(
            resource_id, {"LaunchTemplateId": resource_id, "DefaultVersionNumber": "1", "LatestVersionNumber": version}
        )

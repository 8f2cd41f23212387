"""A stack: it creates, updates and deletes the resources of a template in the order of their dependencies."""

from __future__ import annotations

import sys
import traceback
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from standin.cloudformation.account import StackAccount
from standin.cloudformation.errors import ValidationError
from standin.cloudformation.intrinsic_functions import Resolver
from standin.cloudformation.resource_handler import HandlerRequest, handler_of
from standin.cloudformation.stack_history import StackEvent, now
from standin.cloudformation.stack_resource import StackResource
from standin.cloudformation.template import Template
from standin.cloudformation.template_values import parameter_values, pseudo_parameters, resolve_dynamic_references


class Stack:
    """A stack, without resources at first.

    Args:
        name: Name of the stack.
        account: Account and region of the stack.
        import_value: Returns the value that another stack exports under a name, and adds the name to `imports` of
            the stack that it is called with.
    """

    def __init__(self, name: str, account: StackAccount, import_value: Callable[[Stack, str], str]) -> None:
        self.name = name
        self.id = account.arn("cloudformation", f"stack/{name}/{uuid.uuid4()}")
        self.status, self.status_reason = "REVIEW_IN_PROGRESS", ""
        self.template: Template | None = None
        self.parameters: dict[str, str] = {}
        #: The values that the resources have got for the parameters: for a parameter of SSM, its value.
        self.parameter_values: dict[str, Any] = {}
        self.tags: dict[str, str] = {}
        self.protected = False
        self.role: str | None = None
        self.resources: dict[str, StackResource] = {}
        self.events: list[StackEvent] = []
        #: By output key: value, export name if the output is exported, description.
        self.outputs: dict[str, tuple[str, str | None, str]] = {}
        #: Names of the exports that this stack uses.
        self.imports: set[str] = set()
        self.created_at, self.updated_at = now(), ""
        self._account, self._import_value = account, import_value
        self._zones: list[str] = []

    @property
    def exports(self) -> dict[str, str]:
        """The values that other stacks can import, by export name."""
        return {export: value for value, export, _ in self.outputs.values() if export}

    def apply(self, template: Template, parameters: Mapping[str, str]) -> None:
        """Create or update the stack from `template`. If this fails, roll back. `status` contains the result."""
        action = "UPDATE" if self.resources else "CREATE"
        before = (self.template, self.parameters, self.parameter_values)
        self._set_status(f"{action}_IN_PROGRESS", "User Initiated")
        try:
            self._deploy(template, parameters, self.resolve_parameters(template, parameters))
        except Exception as error:  # noqa: BLE001  (any error makes the deployment fail and is reported as its reason)
            if not isinstance(error, ValidationError):
                traceback.print_exc(file=sys.stderr)
            prefix = "" if action == "CREATE" else "UPDATE_"
            self._set_status(f"{prefix}ROLLBACK_IN_PROGRESS", str(error))
            self._roll_back(*before)
            self._set_status(f"{prefix}ROLLBACK_COMPLETE", str(error))
        else:
            self.updated_at = "" if action == "CREATE" else now()
            self._set_status(f"{action}_COMPLETE")

    def resolve_parameters(self, template: Template, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return the present value of each parameter of a template. See `parameter_values`.

        Raises:
            ValidationError: A parameter has no value.
        """
        return parameter_values(self._account, template, parameters)

    def delete(self) -> None:
        """Delete all resources, except those whose `DeletionPolicy` retains them. `status` contains the result."""
        self._set_status("DELETE_IN_PROGRESS", "User Initiated")
        try:
            self._delete_all()
        except Exception as error:  # noqa: BLE001  (any error makes the deletion fail and is reported as its reason)
            traceback.print_exc(file=sys.stderr)
            self._set_status("DELETE_FAILED", str(error))
        else:
            self.outputs = {}
            self.imports = set()
            self._set_status("DELETE_COMPLETE")

    def _roll_back(self, template: Template | None, parameters: Mapping[str, str], values: Mapping[str, Any]) -> None:
        try:
            if template is None:
                self._delete_all()
            else:
                self._deploy(template, parameters, values)
        except Exception:  # noqa: BLE001  (the stack reports the first error, which made it roll back)
            traceback.print_exc(file=sys.stderr)

    def _deploy(self, template: Template, parameters: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self.imports = set()
        resolver = self._resolver(template, {**pseudo_parameters(self._account, self.name, self.id), **values})
        names = [name for name in template.creation_order() if resolver.is_enabled(template.resources[name])]
        replaced: list[StackResource] = []
        try:
            for name in names:
                if old := self._deploy_resource(name, template.resources[name], resolver):
                    replaced.append(old)
        except ValidationError:
            for old in reversed(replaced):  # the old resources still exist: delete the new ones and use the old again
                self._delete_resource(self.resources[old.logical_id])
                self.resources[old.logical_id] = old
            raise
        self.template, self.parameters, self.parameter_values = template, dict(parameters), dict(values)
        self.outputs = resolver.outputs()
        for resource in reversed(replaced):
            if not resource.retained_when_replaced:
                self._delete_resource(resource)
        for name in reversed(list(self.resources)):
            if name not in names:
                self._delete_resource(self.resources[name])
                del self.resources[name]
        self.resources = {name: self.resources[name] for name in names}

    def _delete_all(self) -> None:
        for name in reversed(list(self.resources)):
            self._delete_resource(self.resources[name])
            del self.resources[name]

    def _deploy_resource(self, name: str, declaration: Mapping[str, Any], resolver: Resolver) -> StackResource | None:
        """Create or update one resource, unless it is up to date.

        Returns:
            The old resource if a new one has replaced it; otherwise None.

        Raises:
            ValidationError: The resource cannot be created or updated.
        """
        properties = resolve_dynamic_references(self._account, resolver.value(declaration.get("Properties", {})))
        new = StackResource.declared(name, declaration, properties)
        old = self.resources.get(name)
        if old and old.type == new.type and old.properties == properties:
            old.retained, old.retained_when_replaced = new.retained, new.retained_when_replaced
            return None
        request = self._request(new, old)
        handler = handler_of(new.type)
        try:
            is_update_in_place = new.create_or_update(handler, request, old)
        except Exception as error:
            self._record(new, f"{'UPDATE' if old else 'CREATE'}_FAILED", str(error))
            raise ValidationError(f"{name} ({new.type}): {error}") from error
        self.resources[name] = new
        self._record(new, "UPDATE_COMPLETE" if old else "CREATE_COMPLETE")
        return None if is_update_in_place else old

    def _delete_resource(self, resource: StackResource) -> None:
        if resource.retained:
            self._record(resource, "DELETE_SKIPPED")
            return
        try:
            handler_of(resource.type).delete(self._request(resource, resource))
        except Exception as error:
            self._record(resource, "DELETE_FAILED", str(error))
            raise ValidationError(f"{resource.logical_id} ({resource.type}): {error}") from error
        self._record(resource, "DELETE_COMPLETE")

    def _request(self, new: StackResource, old: StackResource | None) -> HandlerRequest:
        request = HandlerRequest(self._account, self.name, self.id, new.logical_id, new.type, new.properties)
        if old:
            request.old_properties, request.existing = old.properties, old.physical
        return request

    def _resolver(self, template: Template, values: Mapping[str, Any]) -> Resolver:
        def ref(name: str) -> Any:
            if name in values:
                return values[name]
            if name in self.resources:
                return self.resources[name].physical.physical_id
            raise ValidationError(f"Template error: nothing is called {name}.")

        def attribute(name: str, attribute_name: str) -> Any:
            attributes = self.resources[name].physical.attributes
            if attribute_name not in attributes:
                raise ValidationError(f"{name} ({self.resources[name].type}) has no attribute {attribute_name}.")
            return attributes[attribute_name]

        if not self._zones:
            zones = self._account.client("ec2").describe_availability_zones()["AvailabilityZones"]
            self._zones = [zone["ZoneName"] for zone in zones]
        return Resolver(template, ref, attribute, lambda name: self._import_value(self, name), self._zones)

    def _set_status(self, status: str, reason: str = "") -> None:
        self.status, self.status_reason = status, reason
        self.events.append(StackEvent(self.name, self.id, "AWS::CloudFormation::Stack", status, reason))

    def _record(self, resource: StackResource, status: str, reason: str = "") -> None:
        """Set the status of a resource and append an event."""
        resource.status, resource.changed_at = status, now()
        physical_id = resource.physical.physical_id
        self.events.append(StackEvent(resource.logical_id, physical_id, resource.type, status, reason))

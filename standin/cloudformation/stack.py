"""A stack: the resources of a template, made, changed and removed in the order in which they depend on each other."""

from __future__ import annotations

import re
import sys
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from standin.cloudformation import provider
from standin.cloudformation.errors import ValidationError
from standin.cloudformation.provider import Account, Made, Replace, Request
from standin.cloudformation.template import Resolver, Template

_SSM = "AWS::SSM::Parameter::Value<"
#: `{{resolve:ssm:name}}`, with or without a version.
_DYNAMIC = re.compile(r"\{\{resolve:ssm:([^:}]+)(?::\d+)?\}\}")


@dataclass
class Resource:
    """One resource of a stack."""

    logical_id: str
    type: str
    properties: dict[str, Any]
    made: Made
    retained: bool
    retained_when_replaced: bool
    status: str = "CREATE_COMPLETE"
    changed_at: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened to a resource, or to the stack itself."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    at: str
    id: str


def now() -> str:
    """The time as AWS writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Stack:
    """A stack, empty at first. `imported` looks up what the others export, and notes that this one uses it."""

    def __init__(self, name: str, account: Account, imported: Callable[[Stack, str], str]) -> None:
        self.name = name
        self.id = account.arn("cloudformation", f"stack/{name}/{uuid.uuid4()}")
        self.status, self.status_reason = "REVIEW_IN_PROGRESS", ""
        self.template: Template | None = None
        self.parameters: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.protected = False
        self.role: str | None = None
        self.resources: dict[str, Resource] = {}
        self.events: list[Event] = []
        #: Output by key: its value, and the name under which it is exported, if it is.
        self.outputs: dict[str, tuple[str, str | None, str]] = {}
        #: The names of exports that this stack uses.
        self.imports: set[str] = set()
        self.created_at, self.updated_at = now(), ""
        self._account, self._imported = account, imported
        self._zones: list[str] = []

    @property
    def exports(self) -> dict[str, str]:
        """What others can import."""
        return {export: value for value, export, _ in self.outputs.values() if export}

    def apply(self, template: Template, parameters: Mapping[str, str]) -> None:
        """Make the stack what `template` says; when that fails, what it was before. `status` says how it ended."""
        action = "UPDATE" if self.resources else "CREATE"
        before = (self.template, self.parameters)
        self._enter(f"{action}_IN_PROGRESS", "User Initiated")
        try:
            self._make(template, parameters)
        except Exception as error:  # noqa: BLE001  (whatever it is, the deployment has failed, and is told why)
            if not isinstance(error, ValidationError):
                traceback.print_exc(file=sys.stderr)
            prefix = "" if action == "CREATE" else "UPDATE_"
            self._enter(f"{prefix}ROLLBACK_IN_PROGRESS", str(error))
            self._roll_back(*before)
            self._enter(f"{prefix}ROLLBACK_COMPLETE", str(error))
        else:
            self.updated_at = "" if action == "CREATE" else now()
            self._enter(f"{action}_COMPLETE")

    def delete(self) -> None:
        """Remove everything that is not to be retained. `status` says how it ended."""
        self._enter("DELETE_IN_PROGRESS", "User Initiated")
        try:
            self._remove_all()
        except Exception as error:  # noqa: BLE001  (as above)
            traceback.print_exc(file=sys.stderr)
            self._enter("DELETE_FAILED", str(error))
        else:
            self.outputs = {}
            self.imports = set()
            self._enter("DELETE_COMPLETE")

    def _roll_back(self, template: Template | None, parameters: Mapping[str, str]) -> None:
        try:
            if template is None:
                self._remove_all()
            else:
                self._make(template, parameters)
        except Exception:  # noqa: BLE001  (the first failure is what people need to know)
            traceback.print_exc(file=sys.stderr)

    def _make(self, template: Template, parameters: Mapping[str, str]) -> None:
        values = {**self._pseudo_parameters(), **self._parameter_values(template, parameters)}
        self.imports = set()
        resolver = self._resolver(template, values)
        wanted = [name for name in template.order() if self._is_wanted(template.resources[name], resolver)]
        replaced: list[Resource] = []
        try:
            for name in wanted:
                if old := self._bring_about(name, template.resources[name], resolver):
                    replaced.append(old)
        except ValidationError:
            for old in reversed(replaced):  # they are still there: back to them
                self._remove(self.resources[old.logical_id])
                self.resources[old.logical_id] = old
            raise
        self.template, self.parameters = template, dict(parameters)
        self.outputs = self._resolve_outputs(template, resolver)
        for resource in reversed(replaced):
            if not resource.retained_when_replaced:
                self._remove(resource)
        for name in reversed(list(self.resources)):
            if name not in wanted:
                self._remove(self.resources[name])
                del self.resources[name]
        self.resources = {name: self.resources[name] for name in wanted}

    def _remove_all(self) -> None:
        for name in reversed(list(self.resources)):
            self._remove(self.resources[name])
            del self.resources[name]

    def _bring_about(self, name: str, declared: Mapping[str, Any], resolver: Resolver) -> Resource | None:
        """Make or change one resource, if it is not what it should be.

        Returns:
            What was there before, where another one has taken its place.
        """
        properties = self._resolve_dynamic(resolver.value(declared.get("Properties", {})))
        retained, when_replaced = (
            declared.get(policy, "Delete") in ("Retain", "RetainExceptOnCreate")
            for policy in ("DeletionPolicy", "UpdateReplacePolicy")
        )
        old = self.resources.get(name)
        if old and old.type == declared["Type"] and old.properties == properties:
            old.retained, old.retained_when_replaced = retained, when_replaced
            return None
        new = Resource(name, declared["Type"], properties, Made(""), retained, when_replaced)
        request = self._request(new, old)
        handler = provider.find(new.type)
        try:
            new.made, is_same = self._create_or_update(handler, request, old)
        except Exception as error:
            self._record(new, f"{'UPDATE' if old else 'CREATE'}_FAILED", str(error))
            raise ValidationError(f"{name} ({new.type}): {error}") from error
        self.resources[name] = new
        self._record(new, "UPDATE_COMPLETE" if old else "CREATE_COMPLETE")
        return None if is_same else old

    def _create_or_update(
        self, handler: provider.Provider, request: Request, old: Resource | None
    ) -> tuple[Made, bool]:
        """What there is then, and whether it is still the one that was there before."""
        if old and old.type == request.type:
            request.old, request.made = old.properties, old.made
            try:
                made = handler.update(request)
            except Replace:
                pass
            else:
                return made, made.physical_id == old.made.physical_id
        return handler.create(request), False

    def _remove(self, resource: Resource) -> None:
        if resource.retained:
            self._record(resource, "DELETE_SKIPPED")
            return
        try:
            provider.find(resource.type).delete(self._request(resource, resource))
        except Exception as error:
            self._record(resource, "DELETE_FAILED", str(error))
            raise ValidationError(f"{resource.logical_id} ({resource.type}): {error}") from error
        self._record(resource, "DELETE_COMPLETE")

    def _request(self, new: Resource, old: Resource | None) -> Request:
        request = Request(self._account, self.name, self.id, new.logical_id, new.type, new.properties)
        if old:
            request.old, request.made = old.properties, old.made
        return request

    def _resolver(self, template: Template, values: Mapping[str, Any]) -> Resolver:
        def ref(name: str) -> Any:
            if name in values:
                return values[name]
            if name in self.resources:
                return self.resources[name].made.physical_id
            raise ValidationError(f"Template error: nothing is called {name}.")

        def attribute(name: str, which: str) -> Any:
            made = self.resources[name].made
            if which not in made.attributes:
                raise ValidationError(f"{name} ({self.resources[name].type}) has no attribute {which}.")
            return made.attributes[which]

        if not self._zones:
            zones = self._account.client("ec2").describe_availability_zones()["AvailabilityZones"]
            self._zones = [zone["ZoneName"] for zone in zones]
        return Resolver(template, ref, attribute, lambda name: self._imported(self, name), self._zones)

    def _pseudo_parameters(self) -> dict[str, str]:
        return {
            "AWS::AccountId": self._account.account_id,
            "AWS::Region": self._account.region,
            "AWS::Partition": self._account.partition,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": self.name,
            "AWS::StackId": self.id,
        }

    def _parameter_values(self, template: Template, given: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, declared in template.parameters.items():
            value, kind = given.get(name, declared.get("Default")), declared["Type"]
            if value is None:
                raise ValidationError(f"Parameters: [{name}] must have values")
            if kind.startswith(_SSM):
                value = self._ssm(value)
            is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
            values[name] = [each.strip() for each in str(value).split(",") if each.strip()] if is_list else value
        return values

    def _ssm(self, name: str) -> str:
        return str(self._account.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])

    def _resolve_dynamic(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._resolve_dynamic(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._resolve_dynamic(each) for each in value]
        return _DYNAMIC.sub(lambda found: self._ssm(found[1]), value) if isinstance(value, str) else value

    @staticmethod
    def _is_wanted(declared: Mapping[str, Any], resolver: Resolver) -> bool:
        return "Condition" not in declared or resolver.condition(declared["Condition"])

    def _resolve_outputs(self, template: Template, resolver: Resolver) -> dict[str, tuple[str, str | None, str]]:
        return {
            key: (
                str(resolver.value(declared["Value"])),
                resolver.value(declared["Export"]["Name"]) if "Export" in declared else None,
                declared.get("Description", ""),
            )
            for key, declared in template.outputs.items()
            if self._is_wanted(declared, resolver)
        }

    def _enter(self, status: str, reason: str = "") -> None:
        self.status, self.status_reason = status, reason
        self._note(self.name, self.id, "AWS::CloudFormation::Stack", status, reason)

    def _record(self, resource: Resource, status: str, reason: str = "") -> None:
        resource.status, resource.changed_at = status, now()
        self._note(resource.logical_id, resource.made.physical_id, resource.type, status, reason)

    def _note(self, logical_id: str, physical_id: str, type_: str, status: str, reason: str) -> None:
        self.events.append(Event(logical_id, physical_id, type_, status, reason, now(), str(uuid.uuid4())))

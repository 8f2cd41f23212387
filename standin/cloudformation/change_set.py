"""Change sets: changes of a stack that were requested and are not executed yet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from standin.cloudformation.stack import Stack
from standin.cloudformation.stack_history import now
from standin.cloudformation.template import Template


@dataclass
class StackDefinition:
    """The template, parameters, tags and role with which a stack is created or updated."""

    template: Template
    parameters: dict[str, str]
    tags: dict[str, str] = field(default_factory=dict)
    role: str | None = None

    def differs_from(self, stack: Stack) -> bool:
        """Return whether an update with this definition would change the stack.

        A parameter of SSM that has a new value is a change. Source: AWS CloudFormation User Guide, "Specify existing
        resources at runtime with CloudFormation-supplied parameter types".

        Raises:
            ValidationError: A parameter has no value.
        """
        if stack.template is None:
            return True
        before, after = _comparable(stack.template), _comparable(self.template)
        values = stack.resolve_parameters(self.template, self.parameters)
        return (before, stack.parameter_values, stack.tags) != (after, values, self.tags)


@dataclass
class ChangeSet:
    """A requested change of a stack."""

    id: str
    name: str
    stack: Stack
    definition: StackDefinition
    status: str
    reason: str = ""
    created_at: str = field(default_factory=now)

    def resource_changes(self) -> list[tuple[str, str, str]]:
        """Return the action, the logical id and the type of each resource that would change.

        The action is `Add`, `Modify` or `Remove`. The logical id is the name of the resource in the template.
        """
        new = self.definition.template.resources
        old = self.stack.template.resources if self.stack.template else {}
        changes = [
            ("Add" if name not in old else "Modify", name, resource["Type"])
            for name, resource in new.items()
            if old.get(name) != resource
        ]
        return changes + [("Remove", name, resource["Type"]) for name, resource in old.items() if name not in new]


def _comparable(template: Template) -> str:
    return json.dumps(template.resources | {"": template.outputs}, sort_keys=True)

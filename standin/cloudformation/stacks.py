"""All stacks of an account and region, what they export to each other, and changes that wait to be carried out."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from standin.cloudformation.errors import ChangeSetNotFound, ValidationError
from standin.cloudformation.provider import Account
from standin.cloudformation.stack import Stack, now
from standin.cloudformation.template import Template

#: The CDK CLI knows by these words that there is nothing to do.
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
_NO_UPDATES = "No updates are to be performed."


@dataclass
class Wanted:
    """What a stack is asked to become."""

    template: Template
    parameters: dict[str, str]
    tags: dict[str, str] = field(default_factory=dict)
    role: str | None = None


@dataclass
class ChangeSet:
    """A change that was asked for and not yet carried out."""

    id: str
    name: str
    stack: Stack
    wanted: Wanted
    status: str
    reason: str = ""
    created_at: str = field(default_factory=now)


class Stacks:
    """Finds, makes and removes stacks, one at a time."""

    def __init__(self, account: Account) -> None:
        self.lock = threading.RLock()
        self._account = account
        #: Those that are there, by name; those that were, by id.
        self._present: dict[str, Stack] = {}
        self._deleted: dict[str, Stack] = {}
        self._change_sets: dict[str, ChangeSet] = {}

    def all(self) -> list[Stack]:
        """Those that are there."""
        return list(self._present.values())

    def find(self, name_or_id: str) -> Stack:
        """A stack by its name, or by its id also when it was deleted.

        Raises:
            ValidationError: there is none.
        """
        for stack in self._present.values():
            if name_or_id in (stack.name, stack.id):
                return stack
        if name_or_id in self._deleted:
            return self._deleted[name_or_id]
        raise ValidationError(f"Stack with id {name_or_id} does not exist")

    def create(self, name: str, wanted: Wanted) -> Stack:
        """CreateStack."""
        if name in self._present and self._present[name].status != "REVIEW_IN_PROGRESS":
            raise ValidationError(f"Stack [{name}] already exists")
        stack = self._present.get(name) or self._add(name)
        self._apply(stack, wanted)
        return stack

    def update(self, name: str, wanted: Wanted) -> Stack:
        """UpdateStack."""
        stack = self.find(name)
        if not self._changes(stack, wanted):
            raise ValidationError(_NO_UPDATES)
        self._apply(stack, wanted)
        return stack

    def delete(self, name: str) -> None:
        """DeleteStack: refused while others use what it exports, and for what is protected."""
        try:
            stack = self.find(name)
        except ValidationError:
            return  # as AWS does
        if stack.protected:
            raise ValidationError(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        if stack.id in self._deleted:
            return
        for other in self._present.values():
            if other is not stack and (used := other.imports & stack.exports.keys()):
                raise ValidationError(f"Export {sorted(used)[0]} cannot be deleted as it is in use by {other.name}")
        stack.delete()
        if stack.status == "DELETE_COMPLETE":
            self._deleted[stack.id] = self._present.pop(stack.name)

    def propose(self, stack_name: str, name: str, kind: str, wanted: Wanted) -> ChangeSet:
        """CreateChangeSet. For a new stack it makes an empty one."""
        stack = self._add(stack_name) if kind == "CREATE" and stack_name not in self._present else self.find(stack_name)
        changes = kind == "CREATE" or self._changes(stack, wanted)
        status, reason = ("CREATE_COMPLETE", "") if changes else ("FAILED", NO_CHANGES)
        id_ = self._account.arn("cloudformation", f"changeSet/{name}/{uuid.uuid4()}")
        self._change_sets[id_] = ChangeSet(id_, name, stack, wanted, status, reason)
        return self._change_sets[id_]

    def proposal(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        """A change set by its id, or by its name and its stack's.

        Raises:
            ChangeSetNotFound: there is none.
        """
        for proposed in self._change_sets.values():
            if name_or_id == proposed.id:
                return proposed
            if name_or_id == proposed.name and stack_name in (proposed.stack.name, proposed.stack.id):
                return proposed
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")

    def execute(self, proposed: ChangeSet) -> None:
        """ExecuteChangeSet."""
        del self._change_sets[proposed.id]
        self._apply(proposed.stack, proposed.wanted)

    def withdraw(self, name_or_id: str, stack_name: str | None) -> None:
        """DeleteChangeSet. One that is not there is no error, as long as its stack is."""
        try:
            del self._change_sets[self.proposal(name_or_id, stack_name).id]
        except ChangeSetNotFound:
            if stack_name:
                self.find(stack_name)

    def _add(self, name: str) -> Stack:
        self._present[name] = Stack(name, self._account, self._export)
        return self._present[name]

    @staticmethod
    def _changes(stack: Stack, wanted: Wanted) -> bool:
        if stack.template is None:
            return True
        before = json.dumps(stack.template.resources | {"": stack.template.outputs}, sort_keys=True)
        after = json.dumps(wanted.template.resources | {"": wanted.template.outputs}, sort_keys=True)
        return (before, stack.parameters, stack.tags) != (after, wanted.parameters, wanted.tags)

    def _apply(self, stack: Stack, wanted: Wanted) -> None:
        stack.role = wanted.role or stack.role
        stack.tags = wanted.tags
        kept = self._used_by_others(stack)
        stack.apply(wanted.template, wanted.parameters)
        lost = kept - stack.exports.items()
        if lost:  # AWS refuses this before anything is done; here it is an error of the template all the same
            raise ValidationError(f"Export {sorted(lost)[0][0]} cannot be updated or deleted as it is in use")

    def _used_by_others(self, stack: Stack) -> set[tuple[str, str]]:
        used = set().union(*(other.imports for other in self._present.values() if other is not stack))
        return {(name, value) for name, value in stack.exports.items() if name in used}

    def _export(self, importer: Stack, name: str) -> str:
        for stack in self._present.values():
            if stack is not importer and name in stack.exports:
                importer.imports.add(name)
                return stack.exports[name]
        raise ValidationError(f"No export named {name} found.")


def previous(stack: Stack, given: Mapping[str, str | None]) -> dict[str, str]:
    """Parameters, with those that stay as they are filled in."""
    values = {name: stack.parameters.get(name) if value is None else value for name, value in given.items()}
    return {name: value for name, value in values.items() if value is not None}

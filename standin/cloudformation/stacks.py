"""All stacks of an account and region, their exports and their change sets."""

from __future__ import annotations

import threading
import uuid

from standin.cloudformation.account import StackAccount
from standin.cloudformation.change_set import ChangeSet, StackDefinition
from standin.cloudformation.errors import ChangeSetNotFound, ValidationError
from standin.cloudformation.stack import Stack

#: The CDK's command line recognises from this text that an update would change nothing.
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
_NO_UPDATES = "No updates are to be performed."


class Stacks:
    """All stacks of an account and region. Callers hold `lock` while they use them."""

    def __init__(self, account: StackAccount) -> None:
        self.lock = threading.RLock()
        self._account = account
        #: Existing stacks by name.
        self._present: dict[str, Stack] = {}
        #: Deleted stacks by id.
        self._deleted: dict[str, Stack] = {}
        self._change_sets: dict[str, ChangeSet] = {}

    def all(self) -> list[Stack]:
        """Return the stacks that exist."""
        return list(self._present.values())

    def find(self, name_or_id: str) -> Stack:
        """Return a stack by name or id. A deleted stack is found only by its id.

        Raises:
            ValidationError: No such stack exists.
        """
        for stack in self._present.values():
            if name_or_id in (stack.name, stack.id):
                return stack
        if name_or_id in self._deleted:
            return self._deleted[name_or_id]
        raise ValidationError(f"Stack with id {name_or_id} does not exist")

    def create(self, name: str, definition: StackDefinition) -> Stack:
        """Carry out CreateStack and return the stack. Its status says whether the deployment succeeded.

        Raises:
            ValidationError: The stack exists already.
        """
        if name in self._present and self._present[name].status != "REVIEW_IN_PROGRESS":
            raise ValidationError(f"Stack [{name}] already exists")
        stack = self._present.get(name) or self._add(name)
        self._apply(stack, definition)
        return stack

    def update(self, name: str, definition: StackDefinition) -> Stack:
        """Carry out UpdateStack and return the stack. Its status says whether the deployment succeeded.

        Raises:
            ValidationError: The stack does not exist, or nothing is to be changed, or an export that another stack uses
                would change.
        """
        stack = self.find(name)
        if not definition.differs_from(stack):
            raise ValidationError(_NO_UPDATES)
        self._apply(stack, definition)
        return stack

    def delete(self, name: str) -> None:
        """Carry out DeleteStack. A stack that does not exist is no error.

        Raises:
            ValidationError: The stack is protected, or another stack uses one of its exports.
        """
        try:
            stack = self.find(name)
        except ValidationError:
            return
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

    def create_change_set(self, stack_name: str, name: str, type_: str, definition: StackDefinition) -> ChangeSet:
        """Carry out CreateChangeSet and return the change set.

        With the type `CREATE`, also create an empty stack if it does not exist.

        Raises:
            ValidationError: The type is not `CREATE`, and the stack does not exist.
        """
        is_creation = type_ == "CREATE"
        stack = self._add(stack_name) if is_creation and stack_name not in self._present else self.find(stack_name)
        has_changes = is_creation or definition.differs_from(stack)
        status, reason = ("CREATE_COMPLETE", "") if has_changes else ("FAILED", NO_CHANGES)
        id_ = self._account.arn("cloudformation", f"changeSet/{name}/{uuid.uuid4()}")
        self._change_sets[id_] = ChangeSet(id_, name, stack, definition, status, reason)
        return self._change_sets[id_]

    def find_change_set(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        """Return a change set by its id, or by its name and the name or id of its stack.

        Raises:
            ChangeSetNotFound: No such change set exists.
        """
        for change_set in self._change_sets.values():
            if name_or_id == change_set.id:
                return change_set
            if name_or_id == change_set.name and stack_name in (change_set.stack.name, change_set.stack.id):
                return change_set
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")

    def execute_change_set(self, change_set: ChangeSet) -> None:
        """Carry out ExecuteChangeSet. The change set no longer exists afterwards.

        Raises:
            ValidationError: An export that another stack uses would change.
        """
        del self._change_sets[change_set.id]
        self._apply(change_set.stack, change_set.definition)

    def delete_change_set(self, name_or_id: str, stack_name: str | None) -> None:
        """Carry out DeleteChangeSet. A change set that does not exist is no error if its stack exists.

        Raises:
            ValidationError: Neither the change set nor the stack `stack_name` exists.
        """
        try:
            del self._change_sets[self.find_change_set(name_or_id, stack_name).id]
        except ChangeSetNotFound:
            if stack_name:
                self.find(stack_name)

    def _add(self, name: str) -> Stack:
        self._present[name] = Stack(name, self._account, self._import_value)
        return self._present[name]

    def _apply(self, stack: Stack, definition: StackDefinition) -> None:
        stack.role = definition.role or stack.role
        stack.tags = definition.tags
        used_before = self._exports_used_by_others(stack)
        stack.apply(definition.template, definition.parameters)
        missing = used_before - stack.exports.items()
        if missing:  # AWS refuses this before the update; the stand-in refuses it only after the update
            raise ValidationError(f"Export {sorted(missing)[0][0]} cannot be updated or deleted as it is in use")

    def _exports_used_by_others(self, stack: Stack) -> set[tuple[str, str]]:
        used = set().union(*(other.imports for other in self._present.values() if other is not stack))
        return {(name, value) for name, value in stack.exports.items() if name in used}

    def _import_value(self, importer: Stack, name: str) -> str:
        """Return the value that a stack other than `importer` exports under `name`, and record the import.

        Raises:
            ValidationError: No other stack exports this name.
        """
        for stack in self._present.values():
            if stack is not importer and name in stack.exports:
                importer.imports.add(name)
                return stack.exports[name]
        raise ValidationError(f"No export named {name} found.")

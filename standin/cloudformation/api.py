"""The API of CloudFormation, as far as the CDK CLI and people who look at stacks use it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response

from standin.cloudformation import resources
from standin.cloudformation.errors import NotSupported, ValidationError
from standin.cloudformation.provider import Account
from standin.cloudformation.stack import Stack
from standin.cloudformation.stacks import Stacks, Wanted
from standin.cloudformation.template import Template

_NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
_Form = Mapping[str, str]


class CloudFormationApi:
    """Answers the query protocol. Everything is done when an answer is there; nothing is in progress for long."""

    def __init__(self, account: Account) -> None:
        resources.load()
        self._account = account
        self._stacks = Stacks(account)
        self._actions: dict[str, Callable[[_Form], dict[str, Any]]] = {
            "CreateStack": self._create,
            "UpdateStack": self._update,
            "DeleteStack": self._delete,
            "DescribeStacks": self._describe,
            "ListStacks": self._list,
            "DescribeStackEvents": self._events,
            "DescribeStackResources": self._resources,
            "ListStackResources": self._list_resources,
            "GetTemplate": self._template,
            "GetTemplateSummary": self._summary,
            "ListExports": self._exports,
            "ListImports": self._imports,
            "CreateChangeSet": self._propose,
            "DescribeChangeSet": self._proposal,
            "ExecuteChangeSet": self._execute,
            "DeleteChangeSet": self._withdraw,
            "UpdateTerminationProtection": self._protect,
            "ContinueUpdateRollback": lambda _: {},
        }

    def answer(self, request: Request) -> Response:
        """The response to a request."""
        form = request.form
        action = form.get("Action", "?")
        try:
            if action not in self._actions:
                raise NotSupported(f"The local CloudFormation does not know {action}.")
            with self._stacks.lock:
                result = self._actions[action](form)
        except ValidationError as error:
            return _failure(error.code, str(error))
        return Response(
            f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{_xml(result)}</{action}Result>'
            f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>",
            content_type="text/xml",
        )

    def _create(self, form: _Form) -> dict[str, Any]:
        return {"StackId": self._stacks.create(form["StackName"], self._wanted(form)).id}

    def _update(self, form: _Form) -> dict[str, Any]:
        return {"StackId": self._stacks.update(form["StackName"], self._wanted(form)).id}

    def _delete(self, form: _Form) -> dict[str, Any]:
        self._stacks.delete(form["StackName"])
        return {}

    def _describe(self, form: _Form) -> dict[str, Any]:
        found = [self._stacks.find(form["StackName"])] if form.get("StackName") else self._stacks.all()
        return {"Stacks": [_stack(stack) for stack in found]}

    def _list(self, form: _Form) -> dict[str, Any]:
        return {"StackSummaries": [_stack(stack) for stack in self._stacks.all()]}

    def _events(self, form: _Form) -> dict[str, Any]:
        stack = self._stacks.find(form["StackName"])
        return {
            "StackEvents": [
                {
                    "StackId": stack.id,
                    "EventId": event.id,
                    "StackName": stack.name,
                    "LogicalResourceId": event.logical_id,
                    "PhysicalResourceId": event.physical_id,
                    "ResourceType": event.type,
                    "Timestamp": event.at,
                    "ResourceStatus": event.status,
                    "ResourceStatusReason": event.reason,
                }
                for event in reversed(stack.events)
            ]
        }

    def _resources(self, form: _Form) -> dict[str, Any]:
        return {"StackResources": self._described_resources(form)}

    def _list_resources(self, form: _Form) -> dict[str, Any]:
        return {"StackResourceSummaries": self._described_resources(form)}

    def _described_resources(self, form: _Form) -> list[dict[str, Any]]:
        stack = self._stacks.find(form["StackName"])
        return [
            {
                "StackName": stack.name,
                "StackId": stack.id,
                "LogicalResourceId": resource.logical_id,
                "PhysicalResourceId": resource.made.physical_id,
                "ResourceType": resource.type,
                "ResourceStatus": resource.status,
                "Timestamp": resource.changed_at,
                "LastUpdatedTimestamp": resource.changed_at,
            }
            for resource in stack.resources.values()
            if form.get("LogicalResourceId") in (None, resource.logical_id)
        ]

    def _template(self, form: _Form) -> dict[str, Any]:
        template = self._stacks.find(form["StackName"]).template
        body = template.body if template else "{}"  # of a stack whose first change set waits
        return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}

    def _summary(self, form: _Form) -> dict[str, Any]:
        named = form.get("StackName")
        template = self._stacks.find(named).template if named else self._read_template(form)
        kinds = {each["Type"] for each in template.resources.values()} if template else set()
        parameters = template.parameters if template else {}
        return {
            "Parameters": [
                {"ParameterKey": key, "ParameterType": each["Type"], "DefaultValue": each.get("Default")}
                for key, each in parameters.items()
            ],
            "ResourceTypes": sorted(kinds),
        }

    def _exports(self, form: _Form) -> dict[str, Any]:
        return {
            "Exports": [
                {"ExportingStackId": stack.id, "Name": name, "Value": value}
                for stack in self._stacks.all()
                for name, value in stack.exports.items()
            ]
        }

    def _imports(self, form: _Form) -> dict[str, Any]:
        users = [stack.name for stack in self._stacks.all() if form["ExportName"] in stack.imports]
        if not users:
            raise ValidationError(f"Export '{form['ExportName']}' is not imported by any stack.")
        return {"Imports": users}

    def _propose(self, form: _Form) -> dict[str, Any]:
        kind = form.get("ChangeSetType", "UPDATE")
        proposed = self._stacks.propose(form["StackName"], form["ChangeSetName"], kind, self._wanted(form))
        return {"Id": proposed.id, "StackId": proposed.stack.id}

    def _proposal(self, form: _Form) -> dict[str, Any]:
        proposed = self._stacks.proposal(form["ChangeSetName"], form.get("StackName"))
        stack, template = proposed.stack, proposed.wanted.template
        old = stack.template.resources if stack.template else {}
        changes = [
            ("Add" if name not in old else "Modify", name, each["Type"])
            for name, each in template.resources.items()
            if old.get(name) != each
        ]
        changes += [("Remove", name, each["Type"]) for name, each in old.items() if name not in template.resources]
        return {
            "ChangeSetName": proposed.name,
            "ChangeSetId": proposed.id,
            "StackId": stack.id,
            "StackName": stack.name,
            "CreationTime": proposed.created_at,
            "ExecutionStatus": "AVAILABLE" if proposed.status == "CREATE_COMPLETE" else "UNAVAILABLE",
            "Status": proposed.status,
            "StatusReason": proposed.reason,
            "Changes": [
                {
                    "Type": "Resource",
                    "ResourceChange": {"Action": action, "LogicalResourceId": name, "ResourceType": type_},
                }
                for action, name, type_ in changes
            ]
            if not proposed.reason
            else [],
        }

    def _execute(self, form: _Form) -> dict[str, Any]:
        self._stacks.execute(self._stacks.proposal(form["ChangeSetName"], form.get("StackName")))
        return {}

    def _withdraw(self, form: _Form) -> dict[str, Any]:
        self._stacks.withdraw(form["ChangeSetName"], form.get("StackName"))
        return {}

    def _protect(self, form: _Form) -> dict[str, Any]:
        stack = self._stacks.find(form["StackName"])
        stack.protected = form["EnableTerminationProtection"] == "true"
        return {"StackId": stack.id}

    def _wanted(self, form: _Form) -> Wanted:
        template = self._read_template(form)
        before: Mapping[str, str] = {}
        for stack in self._stacks.all():
            if form["StackName"] in (stack.name, stack.id):
                before = stack.parameters
        parameters = {}
        for each in _members(form, "Parameters"):
            is_kept = each.get("UsePreviousValue") == "true"
            value = before.get(each["ParameterKey"]) if is_kept else each.get("ParameterValue", "")
            if value is not None:
                parameters[each["ParameterKey"]] = value
        tags = {each["Key"]: each["Value"] for each in _members(form, "Tags")}
        return Wanted(template, parameters, tags, form.get("RoleARN"))

    def _read_template(self, form: _Form) -> Template:
        if form.get("UsePreviousTemplate") == "true":
            template = self._stacks.find(form["StackName"]).template
            if template:
                return template
        if "TemplateBody" in form:
            return Template(form["TemplateBody"])
        # Buckets stand in the path: the host is S3's, or this server.
        bucket, _, key = unquote(urlsplit(form["TemplateURL"]).path).lstrip("/").partition("/")
        body = self._account.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return Template(body.decode())


def _stack(stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.template.description if stack.template else "",
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()],
        "CreationTime": stack.created_at,
        "LastUpdatedTime": stack.updated_at,
        "StackStatus": stack.status,
        "StackStatusReason": stack.status_reason,
        "EnableTerminationProtection": stack.protected,
        "RoleARN": stack.role,
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
        "Outputs": [
            {"OutputKey": key, "OutputValue": value, "ExportName": export, "Description": description}
            for key, (value, export, description) in stack.outputs.items()
        ],
    }


def _members(form: _Form, name: str) -> list[dict[str, str]]:
    """The structures of a list, which the query protocol numbers: `Tags.member.1.Key`."""
    found: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        if match := re.fullmatch(rf"{name}\.member\.(\d+)\.(\w+)", key):
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [found[number] for number in sorted(found)]


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(inner)}</{name}>" for name, inner in value.items() if inner not in (None, ""))
    if isinstance(value, list):
        return "".join(f"<member>{_xml(each)}</member>" for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value))


def _failure(code: str, message: str) -> Response:
    return Response(
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>",
        status=400,
        content_type="text/xml",
    )

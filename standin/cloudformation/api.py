"""The API of CloudFormation: the actions that the CDK's command line uses, and actions that describe stacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.wrappers import Request, Response

from standin.cloudformation import query_protocol, resources
from standin.cloudformation.account import StackAccount
from standin.cloudformation.change_set import StackDefinition
from standin.cloudformation.descriptions import describe_change_set, describe_events, describe_resources, describe_stack
from standin.cloudformation.errors import NotSupported, ValidationError
from standin.cloudformation.query_protocol import Form, list_members
from standin.cloudformation.stacks import Stacks
from standin.cloudformation.template import Template


class CloudFormationApi:
    """The API of CloudFormation in one account and region.

    Each action is complete when its response is sent, so no client sees a status in progress.
    """

    def __init__(self, account: StackAccount) -> None:
        resources.load()
        self._account = account
        self._stacks = Stacks(account)
        self._actions: dict[str, Callable[[Form], dict[str, Any]]] = {
            "CreateStack": self._create_stack,
            "UpdateStack": self._update_stack,
            "DeleteStack": self._delete_stack,
            "DescribeStacks": self._describe_stacks,
            "ListStacks": self._list_stacks,
            "DescribeStackEvents": self._describe_stack_events,
            "DescribeStackResources": lambda form: {"StackResources": self._resources(form)},
            "ListStackResources": lambda form: {"StackResourceSummaries": self._resources(form)},
            "GetTemplate": self._get_template,
            "GetTemplateSummary": self._get_template_summary,
            "ListExports": self._list_exports,
            "ListImports": self._list_imports,
            "CreateChangeSet": self._create_change_set,
            "DescribeChangeSet": self._describe_change_set,
            "ExecuteChangeSet": self._execute_change_set,
            "DeleteChangeSet": self._delete_change_set,
            "UpdateTerminationProtection": self._update_termination_protection,
            "ContinueUpdateRollback": lambda _: {},
        }

    def answer(self, request: Request) -> Response:
        """Return the response to a request."""
        form = request.form
        action = form.get("Action", "?")
        try:
            if action not in self._actions:
                raise NotSupported(f"The local CloudFormation does not know {action}.")
            with self._stacks.lock:
                result = self._actions[action](form)
        except ValidationError as error:
            return query_protocol.failure(error.code, str(error))
        return query_protocol.success(action, result)

    def _create_stack(self, form: Form) -> dict[str, Any]:
        return {"StackId": self._stacks.create(form["StackName"], self._definition(form)).id}

    def _update_stack(self, form: Form) -> dict[str, Any]:
        return {"StackId": self._stacks.update(form["StackName"], self._definition(form)).id}

    def _delete_stack(self, form: Form) -> dict[str, Any]:
        self._stacks.delete(form["StackName"])
        return {}

    def _describe_stacks(self, form: Form) -> dict[str, Any]:
        stacks = [self._stacks.find(form["StackName"])] if form.get("StackName") else self._stacks.all()
        return {"Stacks": [describe_stack(stack) for stack in stacks]}

    def _list_stacks(self, form: Form) -> dict[str, Any]:
        return {"StackSummaries": [describe_stack(stack) for stack in self._stacks.all()]}

    def _describe_stack_events(self, form: Form) -> dict[str, Any]:
        return {"StackEvents": describe_events(self._stacks.find(form["StackName"]))}

    def _resources(self, form: Form) -> list[dict[str, Any]]:
        return describe_resources(self._stacks.find(form["StackName"]), form.get("LogicalResourceId"))

    def _get_template(self, form: Form) -> dict[str, Any]:
        template = self._stacks.find(form["StackName"]).template
        body = template.body if template else "{}"  # the stack's first change set is not executed yet
        return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}

    def _get_template_summary(self, form: Form) -> dict[str, Any]:
        stack_name = form.get("StackName")
        template = self._stacks.find(stack_name).template if stack_name else self._read_template(form)
        types = {resource["Type"] for resource in template.resources.values()} if template else set()
        parameters = template.parameters if template else {}
        return {
            "Parameters": [
                {"ParameterKey": key, "ParameterType": parameter["Type"], "DefaultValue": parameter.get("Default")}
                for key, parameter in parameters.items()
            ],
            "ResourceTypes": sorted(types),
        }

    def _list_exports(self, form: Form) -> dict[str, Any]:
        return {
            "Exports": [
                {"ExportingStackId": stack.id, "Name": name, "Value": value}
                for stack in self._stacks.all()
                for name, value in stack.exports.items()
            ]
        }

    def _list_imports(self, form: Form) -> dict[str, Any]:
        importers = [stack.name for stack in self._stacks.all() if form["ExportName"] in stack.imports]
        if not importers:
            raise ValidationError(f"Export '{form['ExportName']}' is not imported by any stack.")
        return {"Imports": importers}

    def _create_change_set(self, form: Form) -> dict[str, Any]:
        change_set = self._stacks.create_change_set(
            form["StackName"], form["ChangeSetName"], form.get("ChangeSetType", "UPDATE"), self._definition(form)
        )
        return {"Id": change_set.id, "StackId": change_set.stack.id}

    def _describe_change_set(self, form: Form) -> dict[str, Any]:
        return describe_change_set(self._stacks.find_change_set(form["ChangeSetName"], form.get("StackName")))

    def _execute_change_set(self, form: Form) -> dict[str, Any]:
        self._stacks.execute_change_set(self._stacks.find_change_set(form["ChangeSetName"], form.get("StackName")))
        return {}

    def _delete_change_set(self, form: Form) -> dict[str, Any]:
        self._stacks.delete_change_set(form["ChangeSetName"], form.get("StackName"))
        return {}

    def _update_termination_protection(self, form: Form) -> dict[str, Any]:
        stack = self._stacks.find(form["StackName"])
        stack.protected = form["EnableTerminationProtection"] == "true"
        return {"StackId": stack.id}

    def _definition(self, form: Form) -> StackDefinition:
        """Return the template, parameters, tags and role that a request names."""
        template = self._read_template(form)
        old_values: Mapping[str, str] = {}
        for stack in self._stacks.all():
            if form["StackName"] in (stack.name, stack.id):
                old_values = stack.parameters
        parameters = {}
        for parameter in list_members(form, "Parameters"):
            key, use_old_value = parameter["ParameterKey"], parameter.get("UsePreviousValue") == "true"
            value = old_values.get(key) if use_old_value else parameter.get("ParameterValue", "")
            if value is not None:
                parameters[key] = value
        tags = {tag["Key"]: tag["Value"] for tag in list_members(form, "Tags")}
        return StackDefinition(template, parameters, tags, form.get("RoleARN"))

    def _read_template(self, form: Form) -> Template:
        if form.get("UsePreviousTemplate") == "true":
            template = self._stacks.find(form["StackName"]).template
            if template:
                return template
        if "TemplateBody" in form:
            return Template(form["TemplateBody"])
        # The bucket is the first part of the path; the host is S3's or this server's.
        bucket, _, key = unquote(urlsplit(form["TemplateURL"]).path).lstrip("/").partition("/")
        body = self._account.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return Template(body.decode())

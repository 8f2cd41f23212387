"""Values that are not in a template itself: parameters, pseudo parameters and SSM parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from standin.cloudformation.account import StackAccount
from standin.cloudformation.errors import ValidationError
from standin.cloudformation.template import Template

_SSM_TYPE = "AWS::SSM::Parameter::Value<"
#: `{{resolve:ssm:name}}`, with or without a version.
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:ssm:([^:}]+)(?::\d+)?\}\}")


def pseudo_parameters(account: StackAccount, stack_name: str, stack_id: str) -> dict[str, str]:
    """Return the values of the pseudo parameters, such as `AWS::Region`. CloudFormation itself defines them."""
    return {
        "AWS::AccountId": account.account_id,
        "AWS::Region": account.region,
        "AWS::Partition": account.partition,
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackName": stack_name,
        "AWS::StackId": stack_id,
    }


def parameter_values(account: StackAccount, template: Template, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Return the value of each declared parameter: its value in `arguments`, or its default.

    Raises:
        ValidationError: A parameter has neither an argument nor a default, or names an SSM parameter that does not
            exist.
    """
    values: dict[str, Any] = {}
    for name, declaration in template.parameters.items():
        value, type_ = arguments.get(name, declaration.get("Default")), declaration["Type"]
        if value is None:
            raise ValidationError(f"Parameters: [{name}] must have values")
        if type_.startswith(_SSM_TYPE):
            value = _ssm_parameter(account, value)
        is_list = type_ == "CommaDelimitedList" or type_.startswith("List<")
        values[name] = [item.strip() for item in str(value).split(",") if item.strip()] if is_list else value
    return values


def resolve_dynamic_references(account: StackAccount, value: Any) -> Any:
    """Return `value` with each `{{resolve:ssm:…}}` replaced by the value of the SSM parameter in `account`."""
    if isinstance(value, dict):
        return {name: resolve_dynamic_references(account, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolve_dynamic_references(account, item) for item in value]
    if isinstance(value, str):
        return _DYNAMIC_REFERENCE.sub(lambda match: _ssm_parameter(account, match[1]), value)
    return value


def _ssm_parameter(account: StackAccount, name: str) -> str:
    ssm = account.client("ssm")
    try:
        return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound as error:
        raise ValidationError(f"Unable to fetch parameters [{name}] from parameter store for this account.") from error

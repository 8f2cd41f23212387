"""The settings of a deployment in the CDK's context: in `cdk.json`, and as `-c name=value` on the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_type_hints

from infra.setting_checks import check
from infra.settings import DeploymentSettings

#: Values without a scope that the CDK's command line adds to the context.
_CDK_NAMES = {"acknowledged-issue-numbers", "cli-telemetry"}


def read_settings(context: Mapping[str, Any]) -> DeploymentSettings:
    """Return the settings that a context contains, and the defaults of all others.

    Args:
        context: The CDK's context. It also contains values that are no settings, which the CDK itself needs.

    Raises:
        ContextInvalid: A setting is unknown or wrong; the message names it.
    """
    names = {field.name for field in fields(DeploymentSettings)}
    for name in context.keys() - _CDK_NAMES:
        # Most names of the CDK have a scope: `@aws-cdk/…:…`, `aws:cdk:…`, a look-up's `availability-zones:account=…`.
        is_known = name in names or ":" in name or "/" in name
        check(is_known, name, context[name], f"a setting: {', '.join(sorted(names))}")
    types = get_type_hints(DeploymentSettings)
    return DeploymentSettings(**{name: _parse(types[name], name, context[name]) for name in names & context.keys()})


def _parse(type: Any, name: str, value: Any) -> Any:
    """Convert a value to the type of the setting `name`. All values from the command line are text.

    Raises:
        ContextInvalid: The value has another type.
    """
    if type is str:
        check(isinstance(value, str), name, value, "text")
        return value
    if type is bool:
        parsed = {"true": True, "false": False}.get(str(value).lower())
        check(parsed is not None, name, value, "true or false")
        return parsed
    if type is int:
        check(re.fullmatch(r"-?\d+", str(value)) is not None, name, value, "a whole number")
        return int(value)
    return _parse_options(name, value)


def _parse_options(name: str, value: Any) -> Mapping[str, str]:
    """Convert the value of the setting `name` to Airflow options, with their values as text.

    Args:
        name: The setting.
        value: The options as a mapping, or as the text of a JSON object.

    Raises:
        ContextInvalid: The value is neither.
    """
    try:
        options = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        options = None
    check(isinstance(options, dict), name, value, 'an object: {"audio_minutes_per_child": "30"}')
    return {
        option: str(content).lower() if isinstance(content, bool) else str(content)
        for option, content in options.items()
    }

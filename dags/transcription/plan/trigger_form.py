"""The trigger form: a field for each option that people may set for one run.

If nobody changes a field, the run does what every nightly run does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from airflow.sdk import Param

from transcription.contract.option_field import Option, declared_options
from transcription.plan.run_request import RunRequest

_JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", tuple: "array"}

FORM_OPTIONS = {declared.name: declared for declared in declared_options(RunRequest) if declared.in_form}


def make_example(options: Iterable[Option]) -> str:
    """Return all fields of a form with example values, as JSON."""
    return json.dumps({declared.name: declared.example for declared in options}, indent=2)


def make_param(declared: Option) -> Param:
    """Return the form field of an option.

    The bounds of a number are in its description, not in its schema: Airflow's form would silently change a value
    outside of them to the nearest bound, for example -5 to 1. `option_field.check_values` refuses such a value.
    """
    values = f" Values: {declared.bounds}." if declared.bounds else ""
    empty = f" {'Off' if declared.kind is bool else 'Empty'}: {declared.empty}." if declared.empty else ""
    description = declared.help + values + empty
    # Airflow's form opens the first section and folds the others. The fields of the first one name no section, because
    # Airflow 3.0 shows no form at all if every field names one.
    texts: dict[str, Any] = {"title": declared.title, **({"section": declared.section} if declared.section else {})}
    if declared.kind is bool:
        # The form marks a field of type boolean as required, but a switch always has a value.
        return Param(declared.default, allOf=[{"type": "boolean"}], description=description, **texts)
    # An empty field is null instead of "": the form requires a value in a field of type string, so that people could
    # not press Trigger without a value.
    schema: dict[str, Any] = {"type": ["null", _JSON_TYPES[declared.kind]]}
    choices = list(declared.choices)
    if declared.kind is tuple:
        schema["items"] = {"type": "string", "enum": choices} if choices else {"type": "string"}
        if choices:
            schema["examples"] = choices
        if declared.choice_names:
            schema["values_display"] = dict(zip(choices, declared.choice_names, strict=True))
    elif choices:
        schema["enum"] = [None, *choices]
        # Without a text of its own, the empty choice would be shown as "null".
        schema["values_display"] = {"null": f"empty: {declared.empty}"}
    return Param(None, **schema, description=description, **texts)


PARAMS = {name: make_param(declared) for name, declared in FORM_OPTIONS.items()}

#: All fields of the form with example values, as JSON.
EXAMPLE = make_example(FORM_OPTIONS.values())

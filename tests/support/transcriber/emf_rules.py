"""The rules of CloudWatch's Embedded Metric Format, in which log lines contain metrics.

Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format", with its JSON Schema.
"""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

_UNITS = [
    "None",
    "Count",
    "Percent",
    "Count/Second",
    *("Seconds", "Milliseconds", "Microseconds"),
    *(f"{size}{unit}{per}" for unit in ("Bytes", "Bits") for size in ("", "Kilo", "Mega", "Giga", "Tera")
      for per in ("", "/Second")),
]  # fmt: skip
_METRIC = {
    "type": "object",
    "required": ["Name"],
    "additionalProperties": False,
    "properties": {
        "Name": {"type": "string", "minLength": 1, "maxLength": 1024},
        "Unit": {"enum": _UNITS},
        "StorageResolution": {"enum": [1, 60]},
    },
}
_DIMENSION_SET = {"type": "array", "maxItems": 30, "items": {"type": "string", "minLength": 1, "maxLength": 250}}
_DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        "Namespace": {"type": "string", "minLength": 1, "maxLength": 1024},
        "Dimensions": {"type": "array", "minItems": 1, "items": _DIMENSION_SET},
        "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": _METRIC},
    },
}
_DOCUMENT = Draft202012Validator(
    {
        "type": "object",
        "required": ["_aws"],
        "properties": {
            "_aws": {
                "type": "object",
                "required": ["Timestamp", "CloudWatchMetrics"],
                "properties": {
                    "Timestamp": {"type": "integer"},
                    "CloudWatchMetrics": {"type": "array", "minItems": 1, "items": _DIRECTIVE},
                },
            }
        },
    }
)
#: The values of a dimension and of a metric.
_DIMENSION = Draft202012Validator({"type": "string", "minLength": 1, "maxLength": 1024})
_NUMBER = {"type": "number"}
_VALUE = Draft202012Validator({"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER, "minItems": 1, "maxItems": 100}]})


def read(line: str) -> dict[str, Any]:
    """Parse a log line of metrics, and return the document in the line.

    Raises:
        AssertionError: the line is too long, or contains a number that JSON does not have.
        jsonschema.ValidationError, KeyError: CloudWatch would not accept the document.
    """
    assert len(line.encode()) < 256 * 1024
    document: dict[str, Any] = json.loads(line, parse_constant=_refuse)
    _DOCUMENT.validate(document)
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for dimension in (name for names in directive["Dimensions"] for name in names):
            _DIMENSION.validate(document[dimension])
        for metric in directive["Metrics"]:
            _VALUE.validate(document[metric["Name"]])
    return document


def values(document: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a document by the metric's name. The document must have one metric directive."""
    [directive] = document["_aws"]["CloudWatchMetrics"]
    return {metric["Name"]: document[metric["Name"]] for metric in directive["Metrics"]}


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")

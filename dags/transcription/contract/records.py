"""Records: frozen dataclasses that are written as JSON, and whose version and types are checked when they are read."""

from __future__ import annotations

import io
import json
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from .errors import RecordInvalid

#: The version of all records. Increase it when a field changes its meaning or is removed. A new field with a default
#: needs no new version.
VERSION = 1

Record = TypeVar("Record")


def dump(record: Any) -> bytes:
    """Return a record as UTF-8 JSON, indented for people who read it in the S3 console.

    The JSON is made piece by piece: a copy of all fields as dictionaries would need several times the memory.
    """
    document = {"version": VERSION, "record": type(record).__name__.lower(), **_field_values(record)}
    data = io.BytesIO()
    for piece in json.JSONEncoder(ensure_ascii=False, indent=1, default=_field_values).iterencode(document):
        data.write(piece.encode())
    data.write(b"\n")
    return data.getvalue()


def _field_values(record: Any) -> dict[str, Any]:
    """Return the fields of a dataclass. Nested dataclasses stay as they are."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def load(kind: type[Record], data: bytes, where: str) -> Record:
    """Return the record in a JSON document. Unknown fields are ignored, so that older code reads newer records.

    Args:
        kind: the class of the record.
        data: the JSON document.
        where: the document's S3 key or address, for the error.

    Raises:
        RecordInvalid: the data is not JSON, has another class or version, or a field is missing or has the wrong type.
    """
    return cast(Record, parse(kind, document(kind, data, where), where))


def document(kind: Any, data: bytes, where: str) -> dict[str, Any]:
    """Return the JSON of a record. Its class and version are checked, and its fields are not.

    The arguments are those of `load`.

    Raises:
        RecordInvalid: the data is not JSON, or has another class or version.
    """
    try:
        content = json.loads(data)
    except ValueError as error:
        raise RecordInvalid(f"{where} is not JSON: {error}") from error
    if not isinstance(content, dict) or content.get("record") != kind.__name__.lower():
        raise RecordInvalid(f"{where} is not a {kind.__name__.lower()} record.")
    if content.get("version") != VERSION:
        raise RecordInvalid(
            f"{where} has version {content.get('version')!r}; this code reads version {VERSION}. "
            "Deploy the DAG and the container from the same release."
        )
    return content


def parse(kind: Any, value: Any, where: str) -> Any:
    """Convert a value that `json.loads` returned to an instance of the type `kind`.

    Args:
        kind: a dataclass, `str`, `bool`, `int`, `float`, `Optional[X]`, `tuple[X, ...]` or `dict[str, X]`.
        value: the value.
        where: the place of the value, for the error.

    Raises:
        RecordInvalid: the value has another type; the message starts with `where`.
    """
    if is_dataclass(kind):
        return _parse_dataclass(kind, value, where)
    origin, arguments = get_origin(kind), get_args(kind)
    if type(None) in arguments:  # Optional[X]; there is no other union
        return None if value is None else parse(arguments[0], value, where)
    if origin is tuple:
        _check(isinstance(value, list), "a list", value, where)
        return tuple(parse(arguments[0], entry, f"{where}[{index}]") for index, entry in enumerate(value))
    if origin is dict:  # all keys are strings, as in JSON
        _check(isinstance(value, dict), "an object", value, where)
        return {name: parse(arguments[1], entry, f"{where}: {name}") for name, entry in value.items()}
    if kind is float:
        _check(isinstance(value, (int, float)) and not isinstance(value, bool), "a number", value, where)
        return float(value)
    _check(type(value) is kind, f"of type {kind.__name__}", value, where)
    return value


@cache
def _types(kind: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields. They are cached, because a report may hold 100,000 outcomes."""
    return get_type_hints(kind)


def _parse_dataclass(kind: Any, value: Any, where: str) -> Any:
    _check(isinstance(value, dict), "an object", value, where)
    types = _types(kind)
    known = [field.name for field in fields(kind) if field.name in value]
    arguments = {name: parse(types[name], value[name], f"{where}: {name}") for name in known}
    try:
        return kind(**arguments)
    except TypeError as error:  # a field without a default is missing; the message names it
        raise RecordInvalid(f"{where}: {error}") from error


def _check(condition: bool, expected: str, value: Any, where: str) -> None:
    if not condition:
        raise RecordInvalid(f"{where}: expected {expected}, found {value!r}.")

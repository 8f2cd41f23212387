"""Declarations of options. Each option is declared once, on its dataclass field.

The trigger form, the container's command line and the table in `docs/trigger-form.md` follow from the declaration.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from typing import Any, Optional, get_args, get_origin, get_type_hints

from .errors import OptionInvalid


@dataclass(frozen=True)
class Option:
    """The declaration of an option: what people need to know about it, and where they set it."""

    #: Label of its field in the trigger form.
    title: str
    #: What the option does, in sentences that make sense in the form, on the command line and in the docs.
    help: str
    #: A value as people write it in JSON.
    example: Any
    #: What an empty field of the form stands for, or for a switch the value "off".
    empty: str = ""
    #: Bounds of a number, and what it counts.
    minimum: Optional[float] = None
    maximum: Optional[float] = None
    unit: str = ""
    #: Follows the bounds in the error for a value outside of them.
    advice: str = ""
    #: The values of an option that is chosen from a list.
    choices: tuple[str, ...] = ()
    #: The names of the choices in the form, in the same order; empty if the form shows the values themselves.
    choice_names: tuple[str, ...] = ()
    #: Whether the trigger form has a field for it.
    in_form: bool = True
    #: The section of the form, which people unfold; empty: the first section, which is open.
    section: str = ""
    #: The option's name on the command line; empty if people cannot set the option there. A switch's flag sets the
    #: value that is not the default. If that value is "off", the flag needs a help text of its own.
    flag: str = ""
    flag_help: str = ""
    #: What the command line's help shows for the value.
    metavar: Optional[str] = None
    #: Whether a transcript becomes outdated when the option changes.
    changes_transcript: bool = True

    # From the dataclass field; `declared_options` fills them in.
    name: str = ""
    #: The type of a value: `str`, `bool`, `int`, `float`, or `tuple` for a list.
    kind: type = str
    default: Any = None

    @property
    def bounds(self) -> str:
        """The bounds in words, for example `from 1 to 4096`; empty if there are none."""
        if self.minimum is None:
            return ""
        if self.maximum is None:
            return f"at least {self.minimum:g}"
        return f"from {self.minimum:g} to {self.maximum:g}"


def option(default: Any, **declaration: Any) -> Any:
    """Return a dataclass field that declares an option.

    Args:
        default: the default of the field.
        declaration: the values of the fields of `Option`, by name.
    """
    return field(default=default, metadata={"option": Option(**declaration)})


@cache
def declared_options(record: Any) -> tuple[Option, ...]:
    """Return the options that the dataclass `record` declares, in the order of its fields.

    In place of a field whose type is another dataclass, the options of the other dataclass are returned.
    """
    hints = get_type_hints(record)
    options: list[Option] = []
    for record_field in fields(record):
        kind = _kind(hints[record_field.name])
        declaration = record_field.metadata.get("option")
        if declaration is not None:
            options.append(replace(declaration, name=record_field.name, kind=kind, default=record_field.default))
        elif is_dataclass(kind):
            options += declared_options(kind)
    return tuple(options)


def _kind(hint: Any) -> type:
    """Return the type of an option's values: `int` for `Optional[int]`, `tuple` for `tuple[str, ...]`."""
    arguments = get_args(hint)
    kind: type = arguments[0] if type(None) in arguments else get_origin(hint) or hint
    return kind


def check_values(record: Any) -> None:
    """Check the values of the options of a dataclass instance against their bounds and choices.

    Raises:
        OptionInvalid: a value is not allowed; the message says which values are.
    """
    kind: Any = type(record)
    for declared in _with_limits(kind):
        value = getattr(record, declared.name)
        if value is None:
            continue
        problem = _problem(declared, value)
        if problem:
            raise OptionInvalid(f"{declared.name} {problem} {declared.advice}".rstrip())


@cache
def _with_limits(record: Any) -> tuple[Option, ...]:
    """Return the options with bounds or choices that the dataclass `record` itself declares."""
    own = {record_field.name for record_field in fields(record)}
    options = [declared for declared in declared_options(record) if declared.name in own]
    return tuple(declared for declared in options if declared.choices or declared.minimum is not None)


def _problem(declared: Option, value: Any) -> str:
    """Return a text that says what is wrong with the value of an option, or an empty text if the value is allowed."""
    allowed = ", ".join(declared.choices)
    if declared.kind is tuple:
        if len(set(value)) == len(value) and set(value) <= set(declared.choices):
            return ""
        return f"{', '.join(value)} must be a choice of {allowed}, each once."
    if declared.choices:
        return "" if value in declared.choices else f"{value!r} must be one of {allowed}."
    above = declared.maximum is not None and not value <= declared.maximum
    if above or not value >= (declared.minimum or 0) or (declared.kind is int and value % 1):
        whole = ("a whole number " if declared.maximum else "a whole number, ") if declared.kind is int else ""
        return f"{value!r} must be {whole}{declared.bounds}."
    return ""

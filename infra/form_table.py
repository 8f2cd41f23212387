"""The table of the trigger form's fields, from the declarations of the options."""

from __future__ import annotations

from collections.abc import Iterable

from documentation.markdown import table
from transcription.contract.option_field import Option, declared_options
from transcription.plan.run_request import RunRequest


def report() -> str:
    """Return a Markdown table of the fields for each section of the form, in the order of the form."""
    options = [declared for declared in declared_options(RunRequest) if declared.in_form]
    sections = dict.fromkeys(["", *(declared.section for declared in options)])
    return "\n\n".join(_section(name, [option for option in options if option.section == name]) for name in sections)


def _section(name: str, options: Iterable[Option]) -> str:
    rows = [
        (f"`{declared.name}`", declared.help, _values(declared), _default(declared), _flag(declared))
        for declared in options
    ]
    heading = f"**{name}** (a click on the name unfolds it, and folds the others):\n\n" if name else ""
    return heading + table(("field", "what it does", "values", "default", "command line"), rows)


def _values(declared: Option) -> str:
    if declared.kind is bool:
        return "on, off"
    if declared.choices:
        return ", ".join(f"`{choice}`" for choice in declared.choices)
    if declared.bounds:
        return f"{declared.bounds} {declared.unit}".rstrip()
    example = declared.example[0] if declared.kind is tuple else declared.example
    return f"for example `{example}`"


def _default(declared: Option) -> str:
    if declared.kind is bool:
        return declared.empty or ("on" if declared.default else "off")
    return declared.empty


def _flag(declared: Option) -> str:
    if not declared.flag:
        return ""
    return f"`{declared.flag} {declared.metavar}`" if declared.metavar else f"`{declared.flag}`"

"""Parser of the faults that `/_faults` receives as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from standin.faults.fault import Fault, ImagePull, Interruption, Stuck, check
from standin.faults.request_fault import Deny, Kill, LoseAnswer, Throttle

KINDS: Mapping[str, type[Fault]] = {
    **dict.fromkeys(Interruption.ENDINGS, Interruption),
    "image_pull": ImagePull,
    "stuck": Stuck,
    "throttle": Throttle,
    "deny": Deny,
    "lose_answer": LoseAnswer,
    "kill": Kill,
}
#: The types that a JSON value may have, by the type of the field.
_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "bool": (bool,),
    "str": (str,),
    "str | None": (str,),
    "int": (int,),
    "int | None": (int,),
    "float": (int, float),
    "float | None": (int, float),
    "tuple[str, ...]": (list,),
}


def parse(document: Any) -> Fault:
    """Parse the description of a fault.

    Args:
        document: a JSON object. Its `kind` is one of `KINDS`; its other names are fields of the class of that kind.

    Raises:
        FaultInvalid: the document does not describe a fault. The message says what to change.
    """
    check(isinstance(document, dict), "A fault is a JSON object.")
    kind = document.get("kind")
    check(isinstance(kind, str) and kind in KINDS, f"kind {kind!r} is not one of {', '.join(KINDS)}.")
    known = {field.name: str(field.type) for field in fields(KINDS[kind])}
    for name, value in document.items():
        check(name in known, f"{kind} has no {name!r}; it has {', '.join(known)}.")
        # In Python a bool is an int, too.
        fits = isinstance(value, _JSON_TYPES[known[name]]) and isinstance(value, bool) == (known[name] == "bool")
        check(fits, f"{name} must be of type {known[name].removesuffix(' | None')}, not {value!r}.")
    arguments: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
    }
    return KINDS[kind](**arguments)

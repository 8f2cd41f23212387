"""A fault as JSON at `/_faults` describes it, and what is wrong with it where something is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from standin.faults.faults import Fault, ImagePull, Interruption, Stuck, check
from standin.faults.request_faults import Deny, Kill, LoseAnswer, Throttle

KINDS: Mapping[str, type[Fault]] = {
    **dict.fromkeys(Interruption.ENDINGS, Interruption),
    "image_pull": ImagePull,
    "stuck": Stuck,
    "throttle": Throttle,
    "deny": Deny,
    "lose_answer": LoseAnswer,
    "kill": Kill,
}
_TYPES: Mapping[str, tuple[type, ...]] = {
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
    """A fault as JSON describes it.

    Raises:
        FaultInvalid: it is not one.
    """
    check(isinstance(document, dict), "A fault is a JSON object.")
    kind = document.get("kind")
    check(isinstance(kind, str) and kind in KINDS, f"kind {kind!r} is not one of {', '.join(KINDS)}.")
    known = {field.name: str(field.type) for field in fields(KINDS[kind])}
    for name, value in document.items():
        check(name in known, f"{kind} has no {name!r}; it has {', '.join(known)}.")
        fits = isinstance(value, _TYPES[known[name]]) and isinstance(value, bool) == (known[name] == "bool")
        check(fits, f"{name} must be of type {known[name].removesuffix(' | None')}, not {value!r}.")
    arguments: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
    }
    return KINDS[kind](**arguments)

"""Options on the command line. They apply to recordings that are transcribed without a run."""

from __future__ import annotations

import argparse
from typing import Any

from transcription.contract.hot_word import HotWord
from transcription.contract.option_field import Option, declared_options
from transcription.contract.options import Options

#: The options that have a flag, in the order of the help.
OPTIONS = tuple(declared for declared in declared_options(Options) if declared.flag)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add a flag to `parser` for each option in `OPTIONS`."""
    for declared in OPTIONS:
        parser.add_argument(declared.flag, dest=declared.name, help=_help(declared), **_keywords(declared))


def _help(declared: Option) -> str:
    """Return the help text of an option's flag, with the bounds and the default of the option."""
    default = declared.empty if declared.default is None else declared.default
    notes = [" ".join(filter(None, (declared.bounds, declared.unit)))] if declared.bounds else []
    if declared.kind is tuple:
        notes.append("may be repeated")
    elif declared.kind is not bool:
        notes.append(f"default: {default}")
    text = declared.flag_help or declared.help
    return (f"{text} ({'; '.join(notes)})" if notes else text).replace("%", "%%")


def _keywords(declared: Option) -> dict[str, Any]:
    """Return the keyword arguments of argparse's `add_argument` that depend on the type of an option."""
    if declared.kind is bool:
        return {"action": "store_false" if declared.default else "store_true"}
    if declared.kind is tuple:
        return {"action": "append", "default": [], "metavar": declared.metavar}
    choices = declared.choices or None
    return {"type": declared.kind, "default": declared.default, "choices": choices, "metavar": declared.metavar}


def options_from(arguments: argparse.Namespace) -> Options:
    """Return the options that the arguments of the command line set.

    Raises:
        OptionInvalid: an option has a value that cannot be used.
    """
    values = {declared.name: getattr(arguments, declared.name) for declared in OPTIONS}
    values["hot_words"] = tuple(map(HotWord.parse, values["hot_words"]))
    values["channel_names"] = tuple(values["channel_names"])
    return Options(**values)


def is_any_option_set(arguments: argparse.Namespace) -> bool:
    """Return whether the arguments set any option to another value than its default."""
    return any(getattr(arguments, declared.name) not in (declared.default, []) for declared in OPTIONS)

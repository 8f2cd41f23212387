"""The run's request, read from the values of the trigger form."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any

from transcription.contract import keys
from transcription.contract.errors import OptionInvalid
from transcription.contract.hot_word import HotWord
from transcription.contract.option_field import Option
from transcription.contract.options import LIBDEEPSPEECH, Options
from transcription.plan.run_request import RunRequest
from transcription.plan.trigger_form import FORM_OPTIONS
from transcription.shared.settings import Settings


def _prefix(params: Mapping[str, Any]) -> str:
    prefix: str = (params["prefix"] or "").removeprefix(keys.INPUT_FOLDER)
    if prefix.startswith(("/", "s3:")):
        raise OptionInvalid(f"prefix {prefix!r} must be the start of a name below input/, for example interviews/anna.")
    return prefix


def refuse_backfill(run_type: str) -> None:
    """Refuse a backfill.

    Airflow does not count a backfill as an active run, so the backfill would work at the same time as another run.

    Args:
        run_type: Airflow's type of the run.

    Raises:
        OptionInvalid: the run is a backfill.
    """
    if run_type == "backfill":
        raise OptionInvalid("A backfill would do the same work as another run. Trigger a single run instead.")


def refuse_unknown(params: Mapping[str, Any], names: Collection[str]) -> None:
    """Refuse values for fields that the trigger form does not have.

    Args:
        params: the values, by the names of the fields.
        names: the names of the form's fields.

    Raises:
        OptionInvalid: there is such a value.
    """
    if unknown := sorted(params.keys() - set(names)):
        raise OptionInvalid(f"{', '.join(unknown)} cannot be chosen. What can be is {', '.join(names)}.")


def read_request(params: Mapping[str, Any], settings: Settings) -> RunRequest:
    """Return the request in the values of the trigger form. An empty field stands for the deployment's default.

    Args:
        params: the values, by the names of the fields.
        settings: the settings with the defaults.

    Raises:
        OptionInvalid: a value cannot be used; the message says which values can.
    """
    refuse_unknown(params, FORM_OPTIONS)
    chosen = {name: value for name, value in params.items() if not _is_empty(FORM_OPTIONS[name], value)}
    values = {name: _value(FORM_OPTIONS[name], value) for name, value in chosen.items()} | {"prefix": _prefix(params)}
    of_options = {field.name for field in fields(Options)}
    options = {name: value for name, value in values.items() if name in of_options}
    if options.get("engine") == LIBDEEPSPEECH:
        # The deployment's setting for the batched engine must not keep a run from choosing libdeepspeech.
        options.setdefault("int8_lstm", False)
    of_request = {name: value for name, value in values.items() if name not in of_options}
    return RunRequest(options=replace(settings.default_options, **options), **of_request)


def _is_empty(declared: Option, value: Any) -> bool:
    """Return whether a field stands for the deployment's default: it is empty, or a switch that nobody has changed."""
    return value is None or value == "" or (declared.kind is bool and value == declared.default)


def _value(declared: Option, value: Any) -> Any:
    """Convert a value of the form, which JSON Schema has checked, to the type of the option."""
    if declared.name == "hot_words":
        return tuple(HotWord.parse(line) for line in value if line.strip())
    # In JSON, people write 1 for 1.0; and JSON Schema accepts 1.0 as an integer.
    return declared.kind(value)

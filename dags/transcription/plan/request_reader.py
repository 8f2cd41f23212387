"""Read a run's request from the values of the trigger form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transcription.contract import keys
from transcription.contract.errors import OptionInvalid
from transcription.contract.options import LIBDEEPSPEECH, HotWord, Options
from transcription.plan.run_request import RunRequest
from transcription.plan.trigger_form import PARAMS
from transcription.shared.settings import Settings


def audio_pattern(params: Mapping[str, Any]) -> str:
    """Return the glob for `S3KeySensor` that matches the files a run takes.

    Raises:
        OptionInvalid: no name below `input/` can start with the prefix.
    """
    return keys.audio_pattern(_prefix(params))


def _prefix(params: Mapping[str, Any]) -> str:
    prefix: str = (params["prefix"] or "").removeprefix(keys.INPUT_FOLDER)
    if prefix.startswith(("/", "s3:")):
        raise OptionInvalid(f"prefix {prefix!r} must be the start of a name below input/, for example interviews/anna.")
    return prefix


def refuse_backfill(run_type: str) -> None:
    """Refuse a backfill. Airflow does not count it as an active run, so it would work beside the nightly run.

    Raises:
        OptionInvalid: the run is a backfill.
    """
    if run_type == "backfill":
        raise OptionInvalid(
            "A backfill would transcribe the same files as the nightly run. Trigger a single run instead."
        )


def read_request(params: Mapping[str, Any], settings: Settings) -> RunRequest:
    """Turn the form's values into a request. An empty field stands for the deployment's default.

    Raises:
        OptionInvalid: a value cannot be used; the message says which values can.
    """
    if unknown := sorted(params.keys() - PARAMS.keys()):
        raise OptionInvalid(f"{', '.join(unknown)} cannot be chosen. What can be is {', '.join(PARAMS)}.")
    formats = params["formats"]
    engine = params["engine"] or settings.engine
    options = Options(
        model=params["model"] or settings.model,
        beam_width=_number(int, params["beam_width"]),
        hot_words=tuple(HotWord.parse(line) for line in params["hot_words"] or () if line.strip()),
        formats=settings.default_formats if formats is None else tuple(formats),
        lm_alpha=_number(float, params["lm_alpha"]),
        lm_beta=_number(float, params["lm_beta"]),
        alternatives=_number(int, params["alternatives"]) or 0,
        low_confidence=settings.low_confidence,
        cut_at_silence=params["cut_at_silence"],
        engine=engine,
        # The deployment's setting for the batched engine must not keep a run from choosing libdeepspeech.
        int8_lstm=params["int8_lstm"] or (settings.int8_lstm and engine != LIBDEEPSPEECH),
    )
    max_files = _number(int, params["max_files"])
    return RunRequest(options, _prefix(params), params["force"], max_files, params["dry_run"])


def _number[Number: (int, float)](kind: type[Number], value: float | None) -> Number | None:
    """Convert a JSON number: people write 1 for 1.0, and JSON Schema accepts 1.0 as an integer."""
    return None if value is None else kind(value)

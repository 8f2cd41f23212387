"""The trigger form: its values become the request of the run, and invalid values are refused at once."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import asdict, replace
from typing import Any

import pytest
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import ParamValidationError

from tests.support.dags.bucket_objects import make_plan
from transcription.contract import records
from transcription.contract.errors import OptionInvalid
from transcription.contract.hot_word import HotWord
from transcription.contract.manifest import Plan
from transcription.contract.options import Options
from transcription.plan import request_reader
from transcription.plan.run_request import RunRequest
from transcription.plan.trigger_form import PARAMS
from transcription.shared.settings import Settings

SETTINGS = Settings("bucket", "queue", "definition", model="house", formats="vtt")


def read(settings: Settings = SETTINGS, **chosen: Any) -> RunRequest:
    """Read the request from a form with these values, validated as Airflow does."""
    params = ParamsDict(deepcopy(PARAMS))
    params.update(chosen)
    return request_reader.read_request(params.validate(), settings)


def test_the_nightly_run_is_the_deployments_defaults() -> None:
    assert read() == RunRequest(options=Options(model="house", formats=("vtt",)))


@pytest.mark.parametrize(
    "name",
    [
        "prefix",
        "model",
        "beam_width",
        "lm_alpha",
        "lm_beta",
        "hot_words",
        "alternatives",
        "engine",
        "formats",
        "max_files",
    ],
)
def test_a_field_that_was_cleared_is_the_default(name: str) -> None:
    assert read(**{name: None}) == read()


def test_the_chosen_values_are_in_the_request() -> None:
    request = read(
        prefix="interviews/anna",
        model="court",
        beam_width=1000,
        lm_alpha=0.75,
        lm_beta=1.5,
        hot_words=["sonata:7.5", " etude:-2 ", " "],
        alternatives=3,
        cut_at_silence=False,
        engine="libdeepspeech",
        formats=["srt"],
        force=True,
        max_files=100,
        dry_run=True,
    )
    options = Options(
        model="court",
        beam_width=1000,
        hot_words=(HotWord("sonata", 7.5), HotWord("etude", -2.0)),
        formats=("srt",),
        lm_alpha=0.75,
        lm_beta=1.5,
        alternatives=3,
        cut_at_silence=False,
        engine="libdeepspeech",
    )
    assert request == RunRequest(options=options, prefix="interviews/anna", force=True, max_files=100, dry_run=True)


def test_the_setting_low_confidence_holds_for_every_run() -> None:
    assert read(settings=replace(SETTINGS, low_confidence=0.5)).options == replace(read().options, low_confidence=0.5)


def test_the_deployments_engine_holds_where_a_run_chooses_none() -> None:
    settings = replace(SETTINGS, engine="batched", int8_lstm=True)
    assert read(settings=settings).options == replace(read().options, engine="batched", int8_lstm=True)
    assert read(settings=replace(SETTINGS, engine="batched"), engine="auto").options.engine == "auto"
    assert read(int8_lstm=True).options.int8_lstm


def test_a_run_can_choose_libdeepspeech_whatever_the_deployment_says_of_the_batched_engine() -> None:
    settings = replace(SETTINGS, int8_lstm=True)
    assert read(settings=settings, engine="libdeepspeech").options == read(engine="libdeepspeech").options
    with pytest.raises(OptionInvalid, match="int8_lstm is for the batched engine"):
        read(engine="libdeepspeech", int8_lstm=True)


def test_a_language_model_weight_of_zero_is_not_taken_for_no_choice() -> None:
    assert (read(lm_alpha=0, lm_beta=0).options.lm_alpha, read().options.lm_alpha) == (0.0, None)


def test_numbers_may_be_written_with_a_point_or_without() -> None:
    """A form may send 1 or 1.0, and both must become the same request.

    Otherwise a child could not read its shard, and an existing transcript would seem to have other options.
    """
    request = read(lm_alpha=1, lm_beta=2, beam_width=500, alternatives=3, max_files=7)
    same = read(lm_alpha=1.0, lm_beta=2.0, beam_width=500.0, alternatives=3.0, max_files=7.0)
    assert as_json(request) == as_json(same)
    assert records.load(Plan, records.dump(make_plan(options=request.options)), "plan").options == request.options


def as_json(request: RunRequest) -> str:
    """Return the request as JSON, in which 1 and 1.0 differ."""
    return json.dumps(asdict(request))


def test_no_subtitles_at_all_can_be_chosen() -> None:
    assert read(formats=[]).options.formats == ()


@pytest.mark.parametrize("prefix", ["2026.11.22/", "input/2026.11.22/"])
def test_a_prefix_may_be_written_as_people_see_it_in_the_bucket(prefix: str) -> None:
    assert read(prefix=prefix).prefix == "2026.11.22/"


@pytest.mark.parametrize("prefix", ["/2026", "input//2026", "s3://recordings/input/2026"])
def test_a_prefix_that_can_match_nothing_is_refused(prefix: str) -> None:
    with pytest.raises(OptionInvalid, match="must be the start of a name below input/, for example interviews/anna"):
        read(prefix=prefix)


@pytest.mark.parametrize("prefix", [None, ""])
def test_without_a_prefix_everything_below_input_is_looked_for(prefix: str | None) -> None:
    assert read(prefix=prefix).prefix == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prefix", 7),
        ("model", ["court"]),
        ("beam_width", "wide"),
        ("lm_alpha", "0.93"),
        ("alternatives", 2.5),
        ("alternatives", True),
        ("cut_at_silence", None),
        ("cut_at_silence", "no"),
        ("engine", "fast"),
        ("int8_lstm", None),
        ("hot_words", "sonata:7.5"),
        ("hot_words", [7.5]),
        ("formats", ["pdf"]),
        ("force", None),
        ("force", "yes"),
        ("dry_run", "yes"),
    ],
)
def test_the_form_refuses_a_value_that_breaks_a_fields_schema(name: str, value: Any) -> None:
    with pytest.raises(ParamValidationError, match=f"(?s){name}"):
        read(**{name: value})


def test_a_misspelt_field_is_not_passed_over() -> None:
    """Otherwise a program that starts runs would not notice that its option has no effect."""
    with pytest.raises(OptionInvalid, match=r"beamwidth, modell cannot be chosen. What can be is prefix, .*dry_run"):
        request_reader.read_request(
            {**{name: param.value for name, param in PARAMS.items()}, "modell": "x", "beamwidth": 1},
            SETTINGS,
        )


def test_a_backfill_is_refused_and_other_runs_are_not() -> None:
    """Airflow does not count a backfill as an active run, so it would run beside the nightly run."""
    for run_type in ("scheduled", "manual", "asset_triggered"):
        request_reader.refuse_backfill(run_type)
    with pytest.raises(OptionInvalid, match=r"would do the same work as another run\. Trigger a single run instead"):
        request_reader.refuse_backfill("backfill")


@pytest.mark.parametrize(
    ("chosen", "allowed"),
    [
        ({"model": "a/b"}, "'a/b' is not the name of a folder below models/: use letters"),
        ({"hot_words": ["sonata"]}, "'sonata' must be written word:boost, for example sonata:7.5"),
        ({"hot_words": ["sonata:loud"]}, "'sonata:loud' must be written word:boost, for example sonata:7.5"),
        ({"hot_words": ["two words:7"]}, "'two words' must be one word"),
        ({"hot_words": ["sonata:1000"]}, "boost 1000.0; it must be from -100 to 100"),
        ({"hot_words": ["a:1", "a:2"]}, "more than once: a"),
        ({"lm_alpha": 0.93}, "lm_alpha and lm_beta only work together"),
        ({"lm_beta": 0}, "lm_alpha and lm_beta only work together"),
        ({"beam_width": 0}, "beam_width 0 must be a whole number from 1 to 4096"),
        ({"beam_width": 4097}, "beam_width 4097 must be a whole number from 1 to 4096"),
        ({"lm_alpha": -0.1, "lm_beta": 1}, "lm_alpha -0.1 must be from 0 to 100"),
        ({"lm_alpha": 1, "lm_beta": 100.1}, "lm_beta 100.1 must be from 0 to 100"),
        ({"alternatives": -1}, "alternatives -1 must be a whole number from 0 to 15"),
        ({"alternatives": 16}, "alternatives 16 must be a whole number from 0 to 15"),
        ({"max_files": 0}, "max_files 0 must be a whole number, at least 1"),
        ({"max_files": -5}, "max_files -5 must be a whole number, at least 1"),
        ({"formats": ["srt", "srt"]}, "srt, srt must be a choice of srt, vtt"),
    ],
)
def test_the_error_for_a_wrong_option_says_what_is_allowed(chosen: dict[str, Any], allowed: str) -> None:
    with pytest.raises(OptionInvalid) as caught:
        read(**chosen)
    assert allowed in caught.value.message

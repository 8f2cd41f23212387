"""Option declarations: the form, the command line and the docs agree with them."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from transcriber.option_arguments import add_options, options_from
from transcription.contract.option_field import Option, declared_options
from transcription.contract.options import Options
from transcription.plan.run_request import RunRequest
from transcription.plan.trigger_form import PARAMS

DOCS = (Path(__file__).parents[3] / "docs/trigger-form.md").read_text()
IN_FORM = [declared for declared in declared_options(RunRequest) if declared.in_form]
WITH_FLAG = [declared for declared in declared_options(Options) if declared.flag]


def for_each(options: list[Option]) -> pytest.MarkDecorator:
    """Run a test once for each option."""
    return pytest.mark.parametrize("declared", options, ids=lambda declared: declared.name)


def make_parser() -> argparse.ArgumentParser:
    """Make a parser whose help has one line for each flag."""
    parser = argparse.ArgumentParser(
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=80, width=2_000)
    )
    add_options(parser)
    return parser


def test_every_option_of_a_run_is_declared() -> None:
    assert {declared.name for declared in declared_options(Options)} == set(Options.__dataclass_fields__)
    fields = (set(RunRequest.__dataclass_fields__) - {"options"}) | set(Options.__dataclass_fields__)
    assert {declared.name for declared in declared_options(RunRequest)} == fields


def test_the_form_has_the_declared_fields_in_their_order() -> None:
    assert list(PARAMS) == [declared.name for declared in IN_FORM]


@for_each(IN_FORM)
def test_a_field_of_the_form_says_what_is_declared(declared: Option) -> None:
    param = PARAMS[declared.name]
    assert param.schema["title"] == declared.title
    assert (param.description or "").startswith(declared.help)
    assert declared.empty in (param.description or "")
    assert declared.bounds in (param.description or "")
    choices = param.schema.get("enum") or param.schema.get("items", {}).get("enum", [])
    assert tuple(choice for choice in choices if choice is not None) == declared.choices


@for_each(IN_FORM)
def test_a_field_of_the_form_is_in_its_section_and_not_marked_as_required(declared: Option) -> None:
    schema = PARAMS[declared.name].schema
    assert schema.get("section", "") == declared.section
    # Airflow's form marks a field as required if its schema has a type without null.
    assert "null" in schema.get("type", ["null"])


@for_each([declared for declared in IN_FORM if declared.choices and declared.kind is str])
def test_the_empty_choice_is_shown_in_words(declared: Option) -> None:
    """Airflow's form shows the text "null" for a choice without words of its own."""
    assert PARAMS[declared.name].schema["values_display"] == {"null": f"empty: {declared.empty}"}


def test_the_form_names_the_formats() -> None:
    names = PARAMS["formats"].schema["values_display"]
    assert list(names) == PARAMS["formats"].schema["examples"]
    assert names["srt"] == "Subtitles (.srt)"


def test_the_first_section_is_open_and_holds_what_most_people_need() -> None:
    """Airflow names it. It shows no form at all in 3.0 if every field names a section."""
    assert PARAMS["prefix"].schema.get("section") is None
    assert {declared.section for declared in IN_FORM} == {"", "Recognition", "Seldom needed"}


@for_each(WITH_FLAG)
def test_a_flag_of_the_command_line_says_what_is_declared(declared: Option) -> None:
    (line,) = [line for line in make_parser().format_help().splitlines() if line.startswith(f"  {declared.flag} ")]
    for part in (declared.flag_help or declared.help, declared.bounds, declared.unit, ",".join(declared.choices)):
        assert part in line


@for_each(WITH_FLAG)
def test_a_flag_sets_its_option_and_no_other(declared: Option) -> None:
    assert options_from(make_parser().parse_args([])) == Options()
    # Either both weights of the language model are given, or none.
    lm_flags = ["--lm-alpha", "1", "--lm-beta", "1"] if declared.name.startswith("lm_") else []
    values = {
        "hot_words": "sonata:7.5",
        "channels": "separate",
        "channel_names": "agent",
        "engine": "batched",
        "beam_width": "500",
    }
    value = values.get(declared.name)
    options = options_from(make_parser().parse_args(lm_flags or [declared.flag, *([value] if value else [])]))
    changed = {name for name in Options.__dataclass_fields__ if getattr(options, name) != getattr(Options(), name)}
    assert changed == ({"lm_alpha", "lm_beta"} if lm_flags else {declared.name})


@for_each(IN_FORM)
def test_the_docs_say_what_is_declared(declared: Option) -> None:
    (row,) = [line for line in DOCS.splitlines() if line.startswith(f"| `{declared.name}` |")]
    for part in (declared.help, declared.bounds, declared.unit, declared.flag, declared.empty, *declared.choices):
        assert part in row

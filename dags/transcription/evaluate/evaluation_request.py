"""The request of an evaluation: the fields of the trigger form of `evaluate_models`, and their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transcription.contract.evaluation import PARTS, TEST
from transcription.contract.option_field import check_values, declared_options, option
from transcription.plan.request_reader import chosen_values
from transcription.plan.trigger_form import make_example, make_param


@dataclass(frozen=True, kw_only=True)
class EvaluationRequest:
    """The request of one evaluation.

    Raises:
        OptionInvalid: a value cannot be used; the message says which values can.
    """

    models: tuple[str, ...] = option(
        (),
        title="Models",
        help="Folders below models/ in the audio bucket, up to ten, one a line. Each pair of them is compared.",
        empty="the model in use",
        example=["deepspeech-0.9.3", "anna-1"],
    )
    set_name: str = option(
        "",
        title="Set",
        help="A folder below teaching/ in the audio bucket, with recordings and their texts.",
        empty="what people checked or corrected",
        example="anna",
    )
    part: str = option(
        TEST,
        title="Recordings",
        help="test: the fifth of the set that no teaching learns from, so that taught models have not heard it. all: "
        "the whole set, for sets from which none of the models was taught.",
        empty=TEST,
        choices=PARTS,
        example=TEST,
    )
    dry_run: bool = option(
        False,
        title="Dry run",
        help="Only check: the log of the task check shows what there is, and the expected hours and cost.",
        example=True,
    )

    def __post_init__(self) -> None:
        check_values(self)


_OPTIONS = {declared.name: declared for declared in declared_options(EvaluationRequest)}
PARAMS = {name: make_param(declared) for name, declared in _OPTIONS.items()}
#: All fields of the form with example values, as JSON.
EXAMPLE = make_example(_OPTIONS.values())


def read_request(params: Mapping[str, Any]) -> EvaluationRequest:
    """Return the request in the values of the trigger form. An empty field stands for its default.

    Raises:
        OptionInvalid: a value cannot be used; the message says which values can.
    """
    return EvaluationRequest(**chosen_values(params, _OPTIONS))

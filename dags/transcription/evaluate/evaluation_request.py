"""The request of an evaluation: the fields of the trigger form of `evaluate_models`, and their values."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.contract.evaluation import PARTS, TEST
from transcription.contract.option_field import check_values, option
from transcription.order.order_form import OrderForm


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


FORM = OrderForm(EvaluationRequest)

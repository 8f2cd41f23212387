"""The request of a teaching: the fields of the trigger form of `teach_model`, and their values."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.contract.option_field import check_values, option
from transcription.contract.teaching import SOUND, TAUGHT, TeachingOrder
from transcription.order.order_form import OrderForm

_LIMITS = "Limits"


@dataclass(frozen=True, kw_only=True)
class TeachingRequest:
    """The request of one teaching.

    Raises:
        OptionInvalid: a value cannot be used; the message says which values can.
    """

    what: str = option(
        SOUND,
        title="What to teach",
        help="sound: how people speak, from recordings with texts. words: the words and phrases of texts, without "
        "recordings or with some that measure. both: sound, then words, and each is used only if it is better.",
        empty=SOUND,
        choices=TAUGHT,
        example=SOUND,
    )
    set_name: str = option(
        "",
        title="Set",
        help="A folder below teaching/ in the audio bucket, with recordings and their texts, or with texts alone. "
        "Segments that people checked or corrected are taught, too.",
        empty="corrections alone",
        example="anna",
    )
    others_set: str = option(
        "",
        title="Speech of others",
        help="Another folder below teaching/, with recordings and texts of other people. They are rehearsed, and the "
        "new model is not used if it hears them much worse.",
        empty="other voices of espeak-ng for a model of at most 1,000 words, else none",
        example="visitors",
    )
    base: str = option(
        "",
        title="Base model",
        help="The model that is taught: a folder below models/ in the audio bucket.",
        empty="the model in use",
        example="deepspeech-0.9.3",
    )
    name: str = option(
        "",
        title="Name",
        help="The new model gets this name with a number: court becomes court-1.",
        empty="the name of the base model",
        example="anna",
    )
    keep_unused: bool = option(
        False,
        title="Do not use it yet",
        help="Runs that choose no model go on with the present one, also if the new one is better. The page Models "
        "lists the new one.",
        example=False,
    )
    guard_points: float = option(
        TeachingOrder.guard_points,
        title="Other speech may become worse by",
        help="The new model is not used if it makes more errors than this in other people's speech or other voices.",
        empty="1.5 points",
        minimum=0,
        maximum=100,
        unit="points of word error rate",
        example=1.5,
        section=_LIMITS,
    )
    heard_minutes: float = option(
        TeachingOrder.heard_minutes,
        title="Minutes to hear",
        help="Audio that a training hears in all, however much there is: little audio is heard many times. Time and "
        "cost grow with it. Words need none.",
        empty="80 minutes",
        minimum=1,
        maximum=6000,
        unit="minutes",
        example=80,
        section=_LIMITS,
    )
    dry_run: bool = option(
        False,
        title="Dry run",
        help="Only check: the log of the task check shows what there is, and the expected hours and cost.",
        example=True,
    )

    def __post_init__(self) -> None:
        check_values(self)


FORM = OrderForm(TeachingRequest)

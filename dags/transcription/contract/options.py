"""The options of a run: how it transcribes, and what it writes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Optional

from .errors import OptionInvalid
from .format_names import format_name
from .hot_word import HotWord
from .option_field import check_values, declared_options, option

#: Formats that can be written beside text and JSON, by the ending of their files.
FORMATS = ("srt", "vtt", "csv", "docx", "TextGrid", "eaf")

#: The formats of a deployment whose settings name none.
DEFAULT_FORMATS = ("srt", "vtt")

#: The names that a model may have, as a regular expression.
MODEL_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"

#: The engines. `auto` chooses the batched one if it proves to recognise the same words as libdeepspeech.
AUTO, BATCHED, LIBDEEPSPEECH = ENGINES = ("auto", "batched", "libdeepspeech")

#: How the channels of a recording are used. `auto` measures: channels with different speech are transcribed separately,
#: others are mixed.
AUTO_CHANNELS, MIX, SEPARATE = CHANNEL_USES = ("auto", "mix", "separate")

#: Maximum number of candidates that the decoder gives for a segment. The best one is the segment's text. The others
#: show how certain its words are.
CANDIDATES = 16

#: Limit of the scorer's weights. The best values are far below: `lm_optimizer.py` of DeepSpeech's training code tries
#: weights up to 5.
_MAX_WEIGHT = 100

_NEEDS_SCORER = "The model needs a scorer."
_MODELS_OWN = "the model's own value"
_DEPLOYMENTS = "the deployment's default"

#: The sections of the trigger form that are folded away.
_RECOGNITION = "Recognition"
_SELDOM = "Seldom needed"


@dataclass(frozen=True)
class Options:
    """The options of one run. None stands for the model's own value, an empty `model` for the model in the image.

    Raises:
        OptionInvalid: a value cannot be used; the message says which values can.
    """

    model: str = option(
        "",
        title="Model",
        help="A folder below models/ in the audio bucket. Transcribe now, on the pages Transcripts, lists the models "
        "that are there.",
        empty=_DEPLOYMENTS,
        example="my-model",
    )
    beam_width: Optional[int] = option(
        None,
        title="Beam width",
        help="How many candidates the decoder keeps at each step. More is slower and seldom better.",
        empty=_MODELS_OWN,
        minimum=1,
        maximum=4096,  # time and memory grow with it; DeepSpeech's releases use 500
        unit="candidates",
        example=1000,
        section=_RECOGNITION,
        flag="--beam-width",
        metavar="N",
    )
    hot_words: tuple[HotWord, ...] = option(
        (),
        title="Hot words",
        help="Words to expect more often, each written word:boost, for example sonata:7.5. A negative boost makes a "
        f"word rarer. {_NEEDS_SCORER} Words that the scorer does not know are never recognised.",
        empty="none",
        example=["sonata:7.5"],
        flag="--hot-word",
        metavar="WORD:BOOST",
    )
    formats: tuple[str, ...] = option(
        (),
        title="Formats",
        help="Formats to write beside text and JSON, which are always written: "
        f"{', '.join(format_name(ending) for ending in FORMATS)}.",
        empty=_DEPLOYMENTS,
        choices=FORMATS,
        choice_names=tuple(format_name(ending) for ending in FORMATS),
        advice="Text and JSON are always written.",
        example=["srt"],
    )
    channels: str = option(
        AUTO_CHANNELS,
        title="Channels",
        help="What to do with the channels of a recording. separate: transcribe each by itself, such as the two sides "
        "of a phone call. mix: mix them to one. auto: separate if they carry different speech, else mix.",
        empty="auto",
        choices=CHANNEL_USES,
        example=AUTO_CHANNELS,
        flag="--channels",
    )
    channel_names: tuple[str, ...] = option(
        (),
        title="Names of channels",
        help="The names of the channels in transcripts, in their order, such as agent and customer.",
        empty="1, 2, and so on",
        example=["agent", "customer"],
        in_form=False,
        flag="--channel-name",
        metavar="NAME",
    )
    lm_alpha: Optional[float] = option(
        None,
        title="Weight of the scorer",
        help=f"How much the scorer counts against the sound, for example 0.93. Set lm_beta too. {_NEEDS_SCORER}",
        empty=_MODELS_OWN,
        minimum=0,
        maximum=_MAX_WEIGHT,
        advice="Values below 5 are usual.",
        example=0.93,
        section=_RECOGNITION,
        flag="--lm-alpha",
        metavar="X",
    )
    lm_beta: Optional[float] = option(
        None,
        title="Bonus for each word",
        help="How much each word counts, for example 1.18. A higher value gives more and shorter words. Set lm_alpha "
        f"too. {_NEEDS_SCORER}",
        empty=_MODELS_OWN,
        minimum=0,
        maximum=_MAX_WEIGHT,
        advice="Values below 5 are usual.",
        example=1.18,
        section=_RECOGNITION,
        flag="--lm-beta",
        metavar="X",
    )
    alternatives: int = option(
        0,
        title="Alternatives",
        help="How many other transcripts of each segment the JSON lists, the likeliest first.",
        empty="none",
        minimum=0,
        maximum=CANDIDATES - 1,
        unit="transcripts",
        example=3,
        section=_RECOGNITION,
    )
    low_confidence: float = option(
        0.8,
        title="Low confidence",
        help="Words with less confidence are marked in the JSON and counted in the report.",
        minimum=0,
        maximum=1,
        advice="0 marks no word.",
        example=0.8,
        in_form=False,
    )
    cut_at_silence: bool = option(
        True,
        title="Cut at silence",
        help="Cut long audio into segments at silence, and skip segments without a voice. Off: each file is one "
        "segment; time and memory grow with its length, and an hour may be too much for the machine.",
        example=True,
        section=_SELDOM,
        flag="--whole",
        flag_help="Do not cut long files at silence. Time and memory grow with the length of the file.",
    )
    engine: str = option(
        AUTO,
        title="Engine",
        help="What transcribes. auto: the batched engine, several times as fast, if it recognises in a test clip what "
        "libdeepspeech recognises.",
        empty=_DEPLOYMENTS,
        choices=ENGINES,
        example=AUTO,
        section=_SELDOM,
        flag="--engine",
        # Transcripts of the two engines differ in the fifth decimal of the confidence only.
        changes_transcript=False,
    )
    int8_lstm: bool = option(
        False,
        title="8-bit LSTM",
        help="The batched engine computes its LSTM with 8-bit integers. It is faster and some words differ; the report "
        "says in how many of the first segments.",
        empty=_DEPLOYMENTS,
        example=False,
        section=_SELDOM,
        flag="--int8-lstm",
    )

    def __post_init__(self) -> None:
        if self.model and not re.fullmatch(MODEL_NAME, self.model):
            raise OptionInvalid(
                f"model {self.model!r} is not the name of a folder below models/: use letters, digits, '.', '_' "
                "and '-', or leave it empty for the model in the container image."
            )
        if (self.lm_alpha is None) != (self.lm_beta is None):
            raise OptionInvalid("lm_alpha and lm_beta only work together; give both or neither.")
        check_values(self)
        if self.int8_lstm and self.engine == LIBDEEPSPEECH:
            raise OptionInvalid("int8_lstm is for the batched engine; choose that one, or leave int8_lstm out.")
        for name in self.channel_names:
            if not re.fullmatch(r"[^\W\d_][\w .'()-]{0,39}", name):
                raise OptionInvalid(
                    f"channel_names: {name!r} must begin with a letter and have at most 40 letters, digits, "
                    "spaces and . ' ( ) - _"
                )
        if len(set(self.channel_names)) < len(self.channel_names):
            raise OptionInvalid("channel_names: two channels have the same name. Give each its own.")
        words = [hot_word.word for hot_word in self.hot_words]
        repeated = sorted({word for word in words if words.count(word) > 1})
        if repeated:
            raise OptionInvalid(f"hot words are given more than once: {', '.join(repeated)}. Keep one of each.")

    def channel_name(self, channel: int) -> str:
        """Return the name of a channel; `channel` counts from 0."""
        return self.channel_names[channel] if channel < len(self.channel_names) else str(channel + 1)

    def for_comparison(self) -> Options:
        """Return the options in a form that is equal for all options that give the same transcript, and only for them.

        In this form, lists are sorted, and options that change no transcript have their default values.
        """
        defaults = {
            declared.name: declared.default for declared in declared_options(Options) if not declared.changes_transcript
        }
        words = tuple(sorted(self.hot_words, key=lambda hot_word: hot_word.word))
        return replace(self, hot_words=words, formats=tuple(sorted(self.formats)), **defaults)

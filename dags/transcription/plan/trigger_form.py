"""The trigger form: what people may choose for one run. Left as it is, it is what happens every night."""

from __future__ import annotations

from airflow.sdk import Param

from transcription.contract.options import (
    BEAM_WIDTHS,
    CANDIDATES,
    ENGINES,
    FORMATS,
    MAX_WEIGHT,
    Options,
)

#: Null and not "": the form demands a value for a plain string, and then nobody can just press Trigger.
PARAMS = {
    "prefix": Param(
        None,
        type=["null", "string"],
        title="Only names that start with",
        description="Below input/, for example 2026.11.22/ or interviews/anna. Empty: everything.",
    ),
    "model": Param(
        None,
        type=["null", "string"],
        title="Model",
        description="A folder below models/ in the audio bucket. Empty: the deployment's default.",
    ),
    "beam_width": Param(
        None,
        type=["null", "integer"],
        minimum=BEAM_WIDTHS[0],
        maximum=BEAM_WIDTHS[-1],
        title="Beam width",
        description="How many candidates the decoder keeps. Empty: the model's own. More is slower, seldom better.",
    ),
    "lm_alpha": Param(
        None,
        type=["null", "number"],
        minimum=0,
        maximum=MAX_WEIGHT,
        title="Weight of the language model",
        description="lm_alpha, for example 0.93. The more, the more the scorer counts against the sound. Together with "
        "lm_beta; the model needs a scorer. Empty: the model's own.",
    ),
    "lm_beta": Param(
        None,
        type=["null", "number"],
        minimum=0,
        maximum=MAX_WEIGHT,
        title="Bonus for each word",
        description="lm_beta, for example 1.18. The more, the more and the shorter the words. Together with lm_alpha; "
        "the model needs a scorer. Empty: the model's own.",
    ),
    "hot_words": Param(
        None,
        type=["null", "array"],
        items={"type": "string"},
        title="Hot words",
        description="Words to expect more than usual, one on each line as word:boost, for example sonata:7.5. "
        "A negative boost makes a word rarer. The model needs a scorer; words that it does not know stay unheard.",
    ),
    "alternatives": Param(
        None,
        type=["null", "integer"],
        minimum=0,
        maximum=CANDIDATES - 1,
        title="Alternatives",
        description="How many other transcripts of each segment the JSON lists, the likeliest first. Empty: none.",
    ),
    "cut_at_silence": Param(
        Options.cut_at_silence,
        type="boolean",
        title="Cut at silence",
        description="Long audio is transcribed in pieces, and what holds no voice is passed over. Off, a file is one "
        "piece: time and memory grow with its length, and an hour may be too much for the machine.",
    ),
    "engine": Param(
        None,
        type=["null", "string"],
        enum=[None, *ENGINES],
        title="Engine",
        description="What transcribes. auto: the batched engine, several times as fast, where it proves to hear what "
        "libdeepspeech hears. Empty: the deployment's default.",
    ),
    "int8_lstm": Param(
        Options.int8_lstm,
        type="boolean",
        title="8-bit LSTM",
        description="The batched engine calculates less exactly and faster; some words differ, and the report says in "
        "how many of the first segments. Off: the deployment's default.",
    ),
    "formats": Param(
        None,
        type=["null", "array"],
        items={"type": "string", "enum": list(FORMATS)},
        examples=list(FORMATS),
        title="Subtitles",
        description="Written beside the text and the JSON. Empty: the deployment's default.",
    ),
    "force": Param(
        False,
        type="boolean",
        title="Transcribe again",
        description="Also files that have a transcript of the same audio, model and options already.",
    ),
    "max_files": Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="Most files",
        description="The rest waits for the next run. Empty: all.",
    ),
    "dry_run": Param(
        False,
        type="boolean",
        title="Dry run",
        description="Only plan: the log of the task `plan` tells the expected hours and cost. Nothing is started.",
    ),
}

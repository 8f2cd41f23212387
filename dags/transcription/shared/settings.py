"""What the deployment decided: Airflow's configuration, section `[transcription]`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from airflow.configuration import conf

from transcription.contract.errors import OptionInvalid, SettingInvalid
from transcription.contract.options import FORMATS, Options
from transcription.contract.result import BYTES_PER_SECOND

SECTION = "transcription"

BYTES_PER_HOUR = 3600 * BYTES_PER_SECOND

#: The least and the most that a number may be.
_BOUNDS = {
    "audio_minutes_per_child": (0.01, 100_000),
    "max_children": (1, 10_000),  # what Batch takes
    "parallel_children": (1, 10_000),
    "max_file_megabytes": (1, 5_000_000),  # what S3 stores
    "poll_seconds": (1, 3_600),
    "start_limit_minutes": (0.01, 100_000),
    "expected_real_time_factor": (0.001, 100),
    "vcpu_hour_price": (0, 1_000),
    "api_hour_price": (0, 1_000),
}


@dataclass(frozen=True)
class Settings:
    """The settings of one deployment. Each is `[transcription] name`, or `AIRFLOW__TRANSCRIPTION__NAME`.

    Raises:
        SettingInvalid: one is missing or wrong; the message names it.
    """

    #: The bucket with `input/` and everything else.
    bucket: str
    #: The Batch queue and job definition that transcribe, by name or ARN. No other deployment may use the queue.
    job_queue: str
    job_definition: str
    #: The model of runs that do not choose one; empty: the one in the container image.
    model: str = ""
    #: Which model the image holds, in any words. Where it changes, earlier transcripts no longer count as done.
    image_model: str = ""
    #: Subtitles that runs write which do not choose, with commas between them.
    formats: str = ",".join(FORMATS)
    #: Words with less confidence are marked in the JSON and counted in the report. From 0, which marks none, to 1.
    low_confidence: float = Options.low_confidence
    #: What transcribes: `auto`, `batched` or `libdeepspeech`. `auto` takes the batched engine, several times as fast,
    #: in each container where it hears in a built-in clip what libdeepspeech hears.
    engine: str = Options.engine
    #: Whether the batched engine calculates its LSTM in whole numbers of 8 bits: faster, and some words differ. The
    #: report says in how many of the first segments.
    int8_lstm: bool = Options.int8_lstm
    #: How much audio one child of the array job takes, in minutes. Less is done sooner and pays for more starts.
    audio_minutes_per_child: float = 240.0
    #: The most children of one array job; Batch itself allows 10,000.
    max_children: int = 1_000
    #: How many children the compute environment has room for at once.
    parallel_children: int = 64
    #: A larger file is refused: its container would have no room for it. A WAV file without extensions ends at 4 GiB.
    max_file_megabytes: int = 4_096
    #: How often the Batch job is looked at, in seconds.
    poll_seconds: int = 30
    #: How long Batch may leave a job waiting without starting anything of it, before the job is ended.
    start_limit_minutes: float = 120.0
    #: For estimates: seconds of one vCPU per second of audio, at the official model's size. The batched engine: 0.1;
    #: libdeepspeech: 0.35 to 0.6.
    expected_real_time_factor: float = 0.1
    #: In US dollars. c6i.large on demand in us-east-1, $0.085 for two vCPUs; Spot is usually less than half of it.
    vcpu_hour_price: float = 0.0425
    #: What an hour of audio costs elsewhere, in US dollars: Amazon Transcribe, first tier, $0.024 a minute.
    api_hour_price: float = 1.44
    #: The SNS topic that is told of red runs, an ARN; empty: nobody is told.
    alert_topic: str = ""
    #: Whether the topic is also sent the report of each green run that had audio.
    daily_summary: bool = False

    def __post_init__(self) -> None:
        for name in ("bucket", "job_queue", "job_definition"):
            if not getattr(self, name):
                raise SettingInvalid(
                    f"[{SECTION}] {name} is empty. Set it in Airflow's configuration, or as the environment variable "
                    f"AIRFLOW__{SECTION.upper()}__{name.upper()}; `cdk deploy` does so by itself."
                )
        for name, (least, most) in _BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise SettingInvalid(f"[{SECTION}] {name} is {getattr(self, name)}; it must be from {least} to {most}.")
        try:
            _ = self.default_options
        except OptionInvalid as error:
            raise SettingInvalid(f"[{SECTION}] {error.message}") from error

    @property
    def bytes_per_child(self) -> int:
        """How much audio one child takes, in bytes."""
        return int(self.audio_minutes_per_child * BYTES_PER_HOUR / 60)

    @property
    def max_file_bytes(self) -> int:
        """The size of the largest file that is taken, in bytes."""
        return self.max_file_megabytes * 2**20

    @property
    def default_options(self) -> Options:
        """The options of a run that sets none.

        Raises:
            OptionInvalid: a setting has a value that an option cannot have.
        """
        return Options(
            model=self.model,
            formats=tuple(filter(None, (part.strip() for part in self.formats.split(",")))),
            low_confidence=self.low_confidence,
            engine=self.engine,
            int8_lstm=self.int8_lstm,
        )


def load_settings() -> Settings:
    """The settings in force.

    Raises:
        SettingInvalid: one is missing or wrong; the message names it.
    """
    kinds = get_type_hints(Settings)
    given = {each.name: conf.get(SECTION, each.name, fallback=None) for each in fields(Settings)}
    required = dict.fromkeys(("bucket", "job_queue", "job_definition"), "")
    values = {name: _parse(kinds[name], name, text) for name, text in given.items() if text is not None}
    return Settings(**{**required, **values})


def _parse(kind: Any, name: str, text: str) -> Any:
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise SettingInvalid(f"[{SECTION}] {name} is {text!r}; it must be true or false.")
        return text.lower() == "true"
    try:
        return kind(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise SettingInvalid(f"[{SECTION}] {name} is {text!r}; it must be {wanted}.") from None

"""The deployment's settings: section `[transcription]` of Airflow's configuration, or a file beside the DAG file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from transcription.contract.audio_endings import ENDINGS, parse_endings
from transcription.contract.errors import OptionInvalid, SettingInvalid
from transcription.contract.options import DEFAULT_FORMATS, Options
from transcription.contract.result import BYTES_PER_SECOND
from transcription.shared.setting_texts import FILE, SECTION, find_texts

BYTES_PER_HOUR = 3600 * BYTES_PER_SECOND

#: Smallest and largest value of each number.
BOUNDS = {
    "audio_minutes_per_child": (0.01, 100_000),
    "max_children": (1, 10_000),  # the limit of Batch
    "parallel_children": (1, 10_000),
    "max_file_megabytes": (1, 5_000_000),  # the limit of S3
    "poll_seconds": (1, 3_600),
    "start_limit_minutes": (0.01, 100_000),
    "upload_quiet_seconds": (1, 900),
    "expected_real_time_factor": (0.001, 100),
    "vcpu_hour_price": (0, 1_000),
    "api_hour_price": (0, 1_000),
}


@dataclass(frozen=True)
class Settings:
    """The settings of one deployment.

    Each is an option of Airflow's configuration: `[transcription] name` in the file, or the environment variable
    `AIRFLOW__TRANSCRIPTION__NAME`. What is not there is read from `setting_texts.FILE`.

    Raises:
        SettingInvalid: a setting is missing or wrong; the message names it.
    """

    #: The audio bucket.
    bucket: str
    #: Name or ARN of the Batch queue and job definition. A run never ends jobs of other job definitions.
    job_queue: str
    job_definition: str
    #: Name or ARN of the job definition that teaches models; empty: there are no DAGs `teach_model` and
    #: `evaluate_models`.
    teach_job_definition: str = ""
    #: Model of runs that do not choose one; empty: the one in the container image.
    model: str = ""
    #: A name for the model in the container image. If it changes, earlier transcripts are outdated.
    image_model: str = ""
    #: Formats of runs that do not choose any, separated by commas.
    formats: str = ",".join(DEFAULT_FORMATS)
    #: Names of channels in transcripts whose channels were transcribed separately, separated by commas. Empty: 1, 2,
    #: and so on.
    channel_names: str = ""
    #: Words with less confidence are marked in the JSON and counted in the report. From 0 (marks none) to 1.
    low_confidence: float = Options.low_confidence
    #: `auto`, `batched` or `libdeepspeech`. `auto` is the batched engine, several times as fast, if it recognises the
    #: same words as libdeepspeech in a test clip in the container.
    engine: str = Options.engine
    #: Whether the batched engine computes its LSTM with 8-bit integers. It is faster and some words differ; the report
    #: says in how many of the first segments.
    int8_lstm: bool = Options.int8_lstm
    #: Minutes of audio for one child of the array job. A smaller value finishes sooner, and pays for more starts.
    audio_minutes_per_child: float = 240.0
    #: Limit of the children of one array job; Batch allows 10,000.
    max_children: int = 1_000
    #: Number of children that the compute environment runs at once.
    parallel_children: int = 64
    #: Endings of the names of audio files, separated by commas. Files with other endings stay in `input/`.
    audio_endings: str = ",".join(ENDINGS)
    #: Larger files are refused, because a container has no disk space for them. Plain WAV files end at 4 GiB.
    max_file_megabytes: int = 4_096
    #: Seconds between two queries for the state of the Batch job.
    poll_seconds: int = 30
    #: Minutes for which Batch may start no child of a job before the job is ended.
    start_limit_minutes: float = 120.0
    #: When scheduled runs start: a cron expression, and a time zone of the IANA database.
    schedule: str = "0 1 * * *"
    time_zone: str = "UTC"
    #: URL of the SQS queue that S3 tells about uploads below `input/`; empty: uploads start no run.
    upload_queue: str = ""
    #: A run starts after uploads when nothing was uploaded for this number of seconds.
    upload_quiet_seconds: int = 120
    #: For estimates: vCPU seconds per second of audio, with a model of the official size. The batched engine needs 0.1,
    #: libdeepspeech 0.35 to 0.6.
    expected_real_time_factor: float = 0.1
    #: In US dollars. Default: c6i.large on demand in us-east-1, $0.085 for two vCPUs. Spot is usually less than half.
    vcpu_hour_price: float = 0.0425
    #: Price of a cloud speech API for an hour of audio, in US dollars. Default: Amazon Transcribe, $0.024 a minute.
    api_hour_price: float = 1.44
    #: ARN of the SNS topic for messages about failed runs; empty: no messages.
    alert_topic: str = ""
    #: Whether the topic also gets the report of each successful run that had audio.
    daily_summary: bool = False

    def __post_init__(self) -> None:
        for name in ("bucket", "job_queue", "job_definition"):
            if not getattr(self, name):
                raise SettingInvalid(
                    f"[{SECTION}] {name} is empty. Set it in Airflow's configuration, or as the environment variable "
                    f"AIRFLOW__{SECTION.upper()}__{name.upper()}, or in {FILE.name} beside the DAG file; `make deploy` "
                    "does so by itself."
                )
        for name, (minimum, maximum) in BOUNDS.items():
            if not minimum <= getattr(self, name) <= maximum:
                raise SettingInvalid(
                    f"[{SECTION}] {name} is {getattr(self, name)}; it must be from {minimum} to {maximum}."
                )
        try:
            _ = self.default_options, self.endings
        except (OptionInvalid, SettingInvalid) as error:
            raise SettingInvalid(f"[{SECTION}] {error.message}") from error

    @property
    def endings(self) -> Sequence[str]:
        """The endings of the names of audio files, in lower case and without the dot.

        Raises:
            SettingInvalid: no format that is read has such an ending.
        """
        return parse_endings(self.audio_endings)

    @property
    def bytes_per_child(self) -> int:
        """Bytes of audio for one child."""
        return int(self.audio_minutes_per_child * BYTES_PER_HOUR / 60)

    @property
    def max_file_bytes(self) -> int:
        """Size of the largest file that is taken, in bytes."""
        return self.max_file_megabytes * 2**20

    @property
    def default_options(self) -> Options:
        """The options of a run whose trigger form was not changed.

        Raises:
            OptionInvalid: a setting has a value that an option cannot have.
        """
        return Options(
            model=self.model,
            formats=_split(self.formats),
            channel_names=_split(self.channel_names),
            low_confidence=self.low_confidence,
            engine=self.engine,
            int8_lstm=self.int8_lstm,
        )


def load_settings() -> Settings:
    """Load the settings from Airflow's configuration, and from the file beside the DAG file.

    Raises:
        SettingInvalid: a setting is missing or wrong; the message names it.
    """
    kinds = get_type_hints(Settings)
    texts = find_texts(field.name for field in fields(Settings))
    required = dict.fromkeys(("bucket", "job_queue", "job_definition"), "")
    values = {name: _parse(kinds[name], name, text) for name, text in texts.items() if text is not None}
    return Settings(**{**required, **values})


def _split(text: str) -> tuple[str, ...]:
    """Return the parts of a text between commas, without spaces around them. Empty parts are left out."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _parse(kind: Any, name: str, text: str) -> Any:
    """Convert the text of a setting to the type `kind`.

    Raises:
        SettingInvalid: the text is no value of that type; the message names the setting.
    """
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise SettingInvalid(f"[{SECTION}] {name} is {text!r}; it must be true or false.")
        return text.lower() == "true"
    try:
        return kind(text)
    except ValueError:
        expected = "a whole number" if kind is int else "a number"
        raise SettingInvalid(f"[{SECTION}] {name} is {text!r}; it must be {expected}.") from None

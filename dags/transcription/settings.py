"""What the deployment decided: Airflow's configuration, section `[transcription]`."""

from __future__ import annotations

from dataclasses import dataclass

from airflow.configuration import conf

from transcription.contract.errors import SettingInvalid

SECTION = "transcription"

#: WAV of the models' own kind: 16 kHz, mono, 16 bit. Used to guess how long audio is that nobody has opened yet.
BYTES_PER_MINUTE = 60 * 16_000 * 2


@dataclass(frozen=True)
class Settings:
    """The settings of one deployment. Each is `[transcription] name`, or `AIRFLOW__TRANSCRIPTION__NAME`."""

    #: The bucket with `input/` and everything else.
    bucket: str
    #: The Batch queue and job definition that transcribe, by name or ARN.
    job_queue: str
    job_definition: str
    #: The model of runs that do not choose one; empty: the one in the container image.
    model: str = ""
    #: How much audio one child of the array job takes, in minutes. Less is done sooner and pays for more starts.
    audio_minutes_per_child: float = 60.0
    #: The most children of one array job; Batch itself allows 10,000.
    max_children: int = 1_000
    #: How often the Batch job is looked at, in seconds.
    poll_seconds: int = 30

    def __post_init__(self) -> None:
        for name in ("bucket", "job_queue", "job_definition"):
            if not getattr(self, name):
                raise SettingInvalid(
                    f"[{SECTION}] {name} is empty. Set it in Airflow's configuration, or as the environment variable "
                    f"AIRFLOW__{SECTION.upper()}__{name.upper()}; `cdk deploy` does so by itself."
                )
        for name, least, most in (
            ("audio_minutes_per_child", 0.01, 100_000),
            ("max_children", 1, 10_000),
            ("poll_seconds", 1, 3_600),
        ):
            if not least <= getattr(self, name) <= most:
                raise SettingInvalid(f"[{SECTION}] {name} is {getattr(self, name)}; it must be from {least} to {most}.")

    @property
    def bytes_per_child(self) -> int:
        """How much audio one child takes, in bytes."""
        return int(self.audio_minutes_per_child * BYTES_PER_MINUTE)


def load_settings() -> Settings:
    """The settings in force.

    Raises:
        SettingInvalid: one is missing or wrong; the message names it.
    """
    return Settings(
        bucket=conf.get(SECTION, "bucket", fallback=""),
        job_queue=conf.get(SECTION, "job_queue", fallback=""),
        job_definition=conf.get(SECTION, "job_definition", fallback=""),
        model=conf.get(SECTION, "model", fallback=Settings.model),
        audio_minutes_per_child=_number(float, "audio_minutes_per_child", Settings.audio_minutes_per_child),
        max_children=_number(int, "max_children", Settings.max_children),
        poll_seconds=_number(int, "poll_seconds", Settings.poll_seconds),
    )


def _number[Number: (int, float)](kind: type[Number], name: str, default: Number) -> Number:
    text = conf.get(SECTION, name, fallback=str(default))
    try:
        return kind(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise SettingInvalid(f"[{SECTION}] {name} is {text!r}; it must be {wanted}.") from None

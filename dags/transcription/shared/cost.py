"""The cost of a run: an estimate before it starts, and the price of the machine time it used."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.shared.settings import BYTES_PER_HOUR, Settings


@dataclass(frozen=True)
class Estimate:
    """The expected time and cost of transcribing some audio."""

    #: Computed as if all audio were 16 kHz, mono, 16 bit; stereo and higher rates count as more hours than they are.
    audio_hours: float
    vcpu_hours: float
    #: From the start of the first child to the end of the last one, without the wait for machines.
    wall_hours: float
    #: Price of the machines, in US dollars.
    cost: float
    #: Price of a cloud speech API for the same audio, in US dollars.
    elsewhere: float

    def __str__(self) -> str:
        return (
            f"about {duration(self.audio_hours)} of audio, {duration(self.wall_hours)} of work, "
            f"{duration(self.vcpu_hours)} of one vCPU, {money(self.cost)}; elsewhere {money(self.elsewhere)}"
        )


def estimate(shard_bytes: list[int], settings: Settings) -> Estimate:
    """Return the expected time and cost of a job.

    Args:
        shard_bytes: the size of each shard's audio, in bytes.
        settings: the expected speed, the prices, and the number of children that run at once.
    """
    hours = sum(shard_bytes) / BYTES_PER_HOUR
    work = hours * settings.expected_real_time_factor
    longest = max(shard_bytes, default=0) / BYTES_PER_HOUR * settings.expected_real_time_factor
    return Estimate(
        audio_hours=round(hours, 4),
        vcpu_hours=round(work, 4),
        wall_hours=round(max(longest, work / settings.parallel_children), 4),
        cost=compute_cost(work, settings),
        elsewhere=api_cost(hours, settings),
    )


def compute_cost(vcpu_hours: float, settings: Settings) -> float:
    """Return the price of machine time, in US dollars."""
    return round(vcpu_hours * settings.vcpu_hour_price, 4)


def api_cost(audio_hours: float, settings: Settings) -> float:
    """Return the price of a cloud speech API for a number of hours of audio, in US dollars."""
    return round(audio_hours * settings.api_hour_price, 4)


def machine_time(vcpu_hours: float, settings: Settings) -> str:
    """Return in words how long one vCPU works, and the price."""
    return f"{duration(vcpu_hours)} of one vCPU, {money(compute_cost(vcpu_hours, settings))}"


def money(dollars: float) -> str:
    """Format US dollars as text. An amount of less than one dollar has four decimals, any other has two."""
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def duration(hours: float) -> str:
    """Format a number of hours as text. Less than one hour is written in minutes, such as `30.0 minutes`."""
    return f"{hours:,.1f} hours" if hours >= 1 else f"{hours * 60:.1f} minutes"

"""What a run costs: estimated before it starts, and from the machine time it took."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.shared.settings import BYTES_PER_HOUR, Settings


@dataclass(frozen=True)
class Estimate:
    """What transcribing some audio is expected to take."""

    #: As if all of it were 16 kHz, mono, 16 bit; stereo and higher rates count for more than they are.
    audio_hours: float
    vcpu_hours: float
    #: From the start of the first child to the end of the last one, without waiting for machines.
    wall_hours: float
    #: In US dollars, of the machines alone.
    cost: float
    #: In US dollars: the same audio elsewhere.
    elsewhere: float

    def __str__(self) -> str:
        return (
            f"about {duration(self.audio_hours)} of audio, {duration(self.wall_hours)} of work, "
            f"{duration(self.vcpu_hours)} of one vCPU, {money(self.cost)}; elsewhere {money(self.elsewhere)}"
        )


def estimate(shard_bytes: list[int], settings: Settings) -> Estimate:
    """What transcribing shards of these sizes, in bytes, should take."""
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
    """The price of machine time, in US dollars."""
    return round(vcpu_hours * settings.vcpu_hour_price, 4)


def api_cost(audio_hours: float, settings: Settings) -> float:
    """The price of a general service for the same audio, in US dollars."""
    return round(audio_hours * settings.api_hour_price, 4)


def money(dollars: float) -> str:
    """US dollars as people read them, small amounts too."""
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def duration(hours: float) -> str:
    """Hours as people read them, short times too."""
    return f"{hours:,.1f} hours" if hours >= 1 else f"{hours * 60:.1f} minutes"

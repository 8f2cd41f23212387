"""The key figures of the README: speed, the price of an hour of audio, and the price of a month without audio."""

from __future__ import annotations

from documentation.markdown import table
from infra.costs import AudioHour, Idle
from infra.measurements import MeasuredRun, typical_row

_CLASS = "mw1.small"


def report(run: MeasuredRun, month: Idle, hour: AudioHour) -> str:
    """A table of the key figures.

    Args:
        run: the results of `make bench` on a machine.
        month: the price of a deployment without audio.
        hour: the price of an hour of audio.
    """
    row = typical_row(run)
    engines = row["engines"]
    speed = row["seconds"] * row["files"] / engines["auto"]["seconds"] / row["cores"]
    ratio = engines["libdeepspeech"]["seconds"] / engines["auto"]["seconds"]
    rows = [
        ("one core transcribes", f"{speed:.0f} s of audio per second, {ratio:.1f} times as much as libdeepspeech"),
        ("an hour of audio costs", f"${hour.spot:.4f} on Spot machines (Amazon Transcribe: ${hour.elsewhere:.2f})"),
        (
            "a month costs, even without audio",
            f"${month.rest:,.0f}, and Airflow: ${month.airflow[_CLASS]:,.0f} ({_CLASS})",
        ),
    ]
    return table(("figure", "value"), rows)

"""The key figures of the README: speed, the price of an hour of audio, and the price of a month without audio."""

from __future__ import annotations

from documentation.markdown import table
from infra.costs import AudioHourCost, MonthlyCost
from infra.measurements import MachineResults, typical_row

_CLASS = "mw1.micro"


def key_figure_table(results: MachineResults, month: MonthlyCost, hour: AudioHourCost) -> str:
    """Return the Markdown table of the key figures.

    Args:
        results: The benchmark result of a machine.
        month: The cost of a month without audio.
        hour: The cost of an hour of audio.
    """
    row = typical_row(results)
    engines = row["engines"]
    speed = row["seconds"] * row["files"] / engines["auto"]["seconds"] / row["cores"]
    ratio = engines["libdeepspeech"]["seconds"] / engines["auto"]["seconds"]
    rows = [
        ("one core transcribes", f"{speed:.0f} s of audio per second, {ratio:.1f} times as much as libdeepspeech"),
        ("an hour of audio costs", f"${hour.spot:.4f} on Spot machines (Amazon Transcribe: ${hour.transcribe:.2f})"),
        (
            "a month costs, even without audio",
            f"${month.without_airflow:,.0f}, and Airflow: ${month.airflow[_CLASS]:,.0f} ({_CLASS})",
        ),
    ]
    return table(("figure", "value"), rows)

"""The tables of costs and prices in docs/costs.md, in US dollars."""

from __future__ import annotations

from collections.abc import Mapping

from documentation.markdown import table
from infra.costs import FILES, AudioHourCost, MonthlyCost, TeachingCost
from infra.prices import Prices

#: The environment classes in the table. A larger class has no use for one DAG.
_CLASSES = ("mw1.micro", "mw1.small")


def monthly_table(months: Mapping[str, MonthlyCost]) -> str:
    """Return the table of the cost of a month without audio.

    Args:
        months: The cost by the settings of a deployment, which become a column.
    """
    header = ("a month in which nobody uploads", *months)
    columns = tuple(months.values())
    rows = [(part, *(f"${month.parts[part]:,.2f}" for month in columns)) for part in columns[0].parts]
    rows.append(("total without Airflow", *(f"${month.without_airflow:,.0f}" for month in columns)))
    for name in _CLASSES:
        rows.append((f"with Airflow on {name}", *(_with_airflow(month, name) for month in columns)))
    return table(header, rows)


def _with_airflow(month: MonthlyCost, name: str) -> str:
    """Return the cost of a month with Airflow on an environment class, for a cell of the table."""
    if month.has_own_airflow:
        return "there is one already"
    return f"${_total(month, name):,.0f}" if name in month.airflow else "price not found"


def _total(month: MonthlyCost, name: str) -> float:
    """Return the cost of a month with a new Airflow on an environment class."""
    return month.without_airflow + month.airflow[name]


def audio_hour_table(hour: AudioHourCost) -> str:
    """Return the table of the cost of an hour of audio, with the price of Amazon Transcribe."""
    header = ("an hour of audio on", "US dollars")
    rows = [
        (f"Spot machines, {hour.vcpu_hours:.2f} hours of one vCPU", f"${hour.spot:.4f}"),
        ("on-demand machines", f"${hour.on_demand:.4f}"),
        ("Amazon Transcribe", f"${hour.transcribe:.2f}"),
    ]
    return table(header, rows)


def teaching_table(teaching: TeachingCost) -> str:
    """Return the table of the cost of teaching a model."""
    header = ("teaching a model of the official size one hour of audio, on", "US dollars")
    rows = [
        (f"Spot machines, about {teaching.vcpu_hours:.1f} hours of one vCPU", f"${teaching.spot:.2f}"),
        ("on-demand machines", f"${teaching.on_demand:.2f}"),
    ]
    return table(header, rows)


def request_table(parts: Mapping[str, float]) -> str:
    """Return the table of what many files cost in addition to the machines."""
    return _sum_table(f"{FILES:,} files cost, in addition to the machines", parts)


def upload_table(parts: Mapping[str, float]) -> str:
    """Return the table of what runs after uploads cost in a month."""
    return _sum_table("`transcribe_on_upload` adds to a month", parts)


def _sum_table(header: str, parts: Mapping[str, float]) -> str:
    """Return a table of costs with their total."""
    rows = [(part, f"${price:,.2f}") for part, price in parts.items()]
    rows.append(("total", f"${sum(parts.values()):,.2f}"))
    return table((header, "US dollars"), rows)


def break_even_table(months: Mapping[str, MonthlyCost], hour: AudioHourCost) -> str:
    """Return the table of the hours of audio a month above which a deployment costs less than Amazon Transcribe.

    Args:
        months: The cost of a month without audio by the settings of a deployment, which become a column.
        hour: The cost of an hour of audio.
    """
    saved = hour.transcribe - hour.spot
    header = (f"cheaper than Amazon Transcribe (${hour.transcribe:.2f} an hour), in hours of audio a month", *months)
    columns = months.values()
    rows = [
        (
            f"with a new Airflow on {name}",
            *("" if month.has_own_airflow else f"from {_total(month, name) / saved:,.0f}" for month in columns),
        )
        for name in _CLASSES
        if all(name in month.airflow for month in columns)
    ]
    if any(month.has_own_airflow for month in columns):
        existing = (f"from {month.without_airflow / saved:,.0f}" if month.has_own_airflow else "" for month in columns)
        rows.append(("with an Airflow that exists already", *existing))
    return table(header, rows)


def price_table(prices: Prices) -> str:
    """Return the table of all prices, with their dates and sources."""
    rows = [
        (name, "?" if price.price is None else f"{price.price:g}", price.per, price.date, price.source)
        for name, price in prices.prices.items()
    ]
    return table(("price", "US dollars", "per", "as of", "source"), rows)

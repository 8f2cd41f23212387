"""What a deployment costs, idle and at work.

How many there are of each thing is counted in the templates, what each costs stands in `prices.json`, and how long
machines work on an hour of audio is what `make bench` measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from documentation.markdown import table
from infra import measurements
from infra.assembly import Assembly
from infra.measurements import MeasuredRun
from infra.prices import Prices
from infra.settings import DeploymentSettings

_HOURS = 730  # of a month
#: Of which the table gives the price, in hours of audio: 16 kHz, mono, 16 bit.
_STORED_HOURS = 100
_GIGABYTES_PER_HOUR = 3600 * 16_000 * 2 / 1e9
#: The image with the official model, as far as can be told without building it: 1.1 GB of model, 0.5 GB of the rest.
_IMAGE_GIGABYTES = 1.6
#: What AWS takes for its example; a DAG and a run a day need less.
_DATABASE_GIGABYTES = 10
#: The environment classes of the table; no larger one is of any use to one DAG.
_CLASSES = ("mw1.micro", "mw1.small")
#: The fewest vCPUs of the machines that Batch may start, on which a disk weighs most.
_FEWEST_VCPUS = 4


@dataclass(frozen=True)
class Idle:
    """What a deployment costs in a month in which nobody uploads anything, in US dollars."""

    #: By what it is for; without Airflow itself.
    parts: Mapping[str, float]
    #: By environment class; those of which the price is known.
    airflow: Mapping[str, float]

    @property
    def rest(self) -> float:
        """All but Airflow itself."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class AudioHour:
    """What an hour of audio costs, in US dollars."""

    #: Hours of one vCPU, as measured.
    vcpu_hours: float
    on_demand: float
    spot: float
    elsewhere: float


def count(assembly: Assembly) -> Counter[str]:
    """How many resources of each type a deployment has; interface endpoints count in each of their zones."""
    counted = Counter(each.type for each in assembly.resources)
    for each in assembly.of_type("AWS::EC2::VPCEndpoint"):
        counted["zones of endpoints"] += len(each.properties.get("SubnetIds", ()))
    return counted


def idle(counted: Mapping[str, int], known: Prices) -> Idle:
    """The price of a month with so many of each resource."""

    def of(kind: str) -> int:
        return counted.get(kind, 0)

    network = of("AWS::EC2::NatGateway") * known["nat_gateway"] + of("AWS::EC2::EIP") * known["public_address"]
    network += of("zones of endpoints") * known["interface_endpoint"]
    watching = of("AWS::CloudWatch::Alarm") * known["alarm"] + of("AWS::CloudWatch::Dashboard") * known["dashboard"]
    parts = {
        "network": network * _HOURS,
        "alarms and dashboard": watching,
        "keys": of("AWS::KMS::Key") * known["key"],
        f"Airflow's database, {_DATABASE_GIGABYTES} GB": _DATABASE_GIGABYTES * known["airflow_database"],
        "the image": _IMAGE_GIGABYTES * known["image"],
        f"{_STORED_HOURS} hours of audio in the bucket": _STORED_HOURS * _GIGABYTES_PER_HOUR * known["storage"],
    }
    classes = {name: each.price for name, each in known.prices.items() if name.startswith("mw1.")}
    return Idle(parts, {name: price * _HOURS for name, price in classes.items() if price is not None})


def audio_hour(run: MeasuredRun, known: Prices) -> AudioHour:
    """Compute the price of an hour of audio from the speed that `make bench` measured on a machine."""
    vcpu_hours = measurements.vcpu_hours(run)
    disk = DeploymentSettings.disk_gigabytes * known["machine_disk"] / _HOURS / _FEWEST_VCPUS
    return AudioHour(
        vcpu_hours,
        on_demand=vcpu_hours * (known["vcpu"] + disk),
        spot=vcpu_hours * (known["vcpu"] * known["spot_share"] + disk),
        elsewhere=known["transcribe"] * 60,
    )


def report_idle(deployments: Mapping[str, Idle], known: Prices) -> str:
    """A table of a month without work, a column for each setting of `network`."""
    header = ("a month in which nobody uploads", *(f"`network={name}`" for name in deployments))
    months = tuple(deployments.values())
    rows = [(part, *(f"${each.parts[part]:,.2f}" for each in months)) for part in months[0].parts]
    rows.append(("total without Airflow", *(f"${each.rest:,.0f}" for each in months)))
    for name in _CLASSES:
        price = months[0].airflow.get(name)
        cells = ("price not found" if price is None else f"${price + each.rest:,.0f}" for each in months)
        rows.append((f"with Airflow on {name}", *cells))
    return table(header, rows)


def report_hour(hour: AudioHour) -> str:
    """A table of an hour of audio."""
    header = ("an hour of audio on", "US dollars")
    rows = [
        (f"Spot machines, {hour.vcpu_hours:.2f} hours of one vCPU", f"${hour.spot:.4f}"),
        ("on-demand machines", f"${hour.on_demand:.4f}"),
        ("Amazon Transcribe", f"${hour.elsewhere:.2f}"),
    ]
    return table(header, rows)


def report_even(month: Idle, hour: AudioHour) -> str:
    """From how much audio a month on all of it costs less than elsewhere."""
    hours = (month.airflow["mw1.small"] + month.rest) / (hour.elsewhere - hour.spot)
    return (
        f"With Airflow on mw1.small, a deployment costs less than Amazon Transcribe from {hours:,.0f} hours a month on."
    )


def report_sources(known: Prices) -> str:
    """A table of all prices, with their dates and sources."""
    rows = [
        (name, "?" if each.price is None else f"{each.price:g}", each.per, each.date, each.source)
        for name, each in known.prices.items()
    ]
    return table(("price", "US dollars", "per", "as of", "source"), rows)

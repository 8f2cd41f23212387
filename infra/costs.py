"""The costs of a deployment: of a month without audio, and of an hour of audio.

The number of resources comes from the templates, their prices from `prices.json`, and the machine time of an hour of
audio from the results of `make bench`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from infra import measurements
from infra.cloud_assembly import CloudAssembly
from infra.machine_types import NAT_DISK_GIGABYTES
from infra.measurements import MachineResults
from infra.prices import Prices
from infra.settings import DeploymentSettings
from transcription.contract.teaching_cost import teaching_hours

#: Hours of a month.
_HOURS = 730
#: Hours of stored audio (16 kHz, mono, 16 bit) whose price the table gives.
_STORED_HOURS = 100
_GIGABYTES_PER_HOUR = 3600 * 16_000 * 2 / 1e9
#: Estimated size of the image with the official model: 1.1 GB for the model and 0.5 GB for the rest.
_IMAGE_GIGABYTES = 1.6
#: Size of Airflow's database in AWS's own example. One DAG with one run a day needs less.
_DATABASE_GIGABYTES = 10
#: Files whose requests the table gives.
FILES = 100_000
#: Requests for each file with subtitles in two formats. Writes: the upload, four transcripts, the result record, the
#: copy to `processed/`. Reads: the audio by the container; the record and four transcripts by `verify_transcripts`.
WRITES_PER_FILE, READS_PER_FILE = 7, 6
#: The metrics of a container without a failure, and the hours of a run that works for a whole day.
_CONTAINER_METRICS, _RUN_HOURS = 3, 24
#: How long Airflow's triggerer waits for a message of the queue of uploads before it asks again, in seconds. It must
#: equal the constant in `upload_watcher.upload_trigger`, a plugin that is not installed here; a test compares the two.
POLL_SECONDS = 20
#: Requests to the queue for each upload: S3 sends a message, and the triggerer receives and deletes ten at a time.
_QUEUE_REQUESTS_PER_FILE = 1.2
#: The metrics of the alarms about the queue of uploads and its dead letter queue.
UPLOAD_ALARMS = 2
#: vCPUs of the smallest machine that Batch may start. Its disk adds most to the price of a vCPU.
_MIN_VCPUS = 4


@dataclass(frozen=True)
class MonthlyCost:
    """The cost of a deployment in a month in which nobody uploads audio, in US dollars."""

    #: The cost of everything but Airflow, by purpose.
    parts: Mapping[str, float]
    #: The cost of Airflow by environment class, for the classes whose price is known.
    airflow: Mapping[str, float]
    #: Whether there is an Airflow already, which costs nothing more.
    has_own_airflow: bool = False

    @property
    def without_airflow(self) -> float:
        """The cost of everything but Airflow."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class AudioHourCost:
    """The cost of one hour of audio, in US dollars."""

    #: Measured hours of one vCPU.
    vcpu_hours: float
    on_demand: float
    spot: float
    #: The price of Amazon Transcribe.
    transcribe: float


@dataclass(frozen=True)
class TeachingCost:
    """The cost of teaching one model of the official size, in US dollars."""

    #: Expected hours of one vCPU.
    vcpu_hours: float
    on_demand: float
    spot: float


def count_resources(assembly: CloudAssembly) -> Counter[str]:
    """Return the number of resources of each type, such as `AWS::KMS::Key`.

    In addition, the key `zones of endpoints` counts each interface endpoint once for each of its zones, and the key
    `metrics of alarms` counts the metrics of all alarms, because AWS charges for each of these.
    """
    counts = Counter(resource.type for resource in assembly.resources)
    for alarm in assembly.of_type("AWS::CloudWatch::Alarm"):
        metrics = alarm.properties.get("Metrics", ({"MetricStat": {}},))
        counts["metrics of alarms"] += sum(1 for metric in metrics if "MetricStat" in metric)
    for endpoint in assembly.of_type("AWS::EC2::VPCEndpoint"):
        counts["zones of endpoints"] += len(endpoint.properties.get("SubnetIds", ()))
    return counts


def monthly_cost(counts: Mapping[str, int], prices: Prices) -> MonthlyCost:
    """Compute the cost of a month without audio.

    Args:
        counts: The number of resources of each type, from `count_resources`.
        prices: The prices.
    """

    def count(type: str) -> int:
        return counts.get(type, 0)

    network = count("AWS::EC2::NatGateway") * prices["nat_gateway"] + count("AWS::EC2::EIP") * prices["public_address"]
    network += count("zones of endpoints") * prices["interface_endpoint"]
    network += count("AWS::EC2::Instance") * (prices["nat_instance"] + prices["public_address"])
    # Only a deployment for an existing Airflow has a policy to attach.
    has_own_airflow = count("AWS::IAM::ManagedPolicy") > 0
    database = 0 if has_own_airflow else _DATABASE_GIGABYTES * prices["airflow_database"]
    alarms = count("metrics of alarms") * prices["alarm"]
    dashboards = count("AWS::CloudWatch::Dashboard") * prices["dashboard"]
    stored = _STORED_HOURS * _GIGABYTES_PER_HOUR * prices["storage"]
    parts = {
        "network": network * _HOURS + count("AWS::EC2::Instance") * NAT_DISK_GIGABYTES * prices["machine_disk"],
        "alarms and dashboard": alarms + dashboards,
        "keys": count("AWS::KMS::Key") * prices["key"],
        f"Airflow's database, {_DATABASE_GIGABYTES} GB": database,
        "the image": _IMAGE_GIGABYTES * prices["image"],
        f"{_STORED_HOURS} hours of audio in the bucket": stored,
        # A run moves audio to `processed/`; the version in `input/` can be restored for `old_version_days`.
        f"the same audio in input/, which can be restored for {DeploymentSettings.old_version_days} days": stored,
    }
    classes = {name: price.price for name, price in prices.prices.items() if name.startswith("mw1.")}
    airflow = {name: price * _HOURS for name, price in classes.items() if price is not None}
    return MonthlyCost(parts, airflow, has_own_airflow)


def request_costs(prices: Prices) -> Mapping[str, float]:
    """Compute what `FILES` files cost in S3 and CloudWatch. Their length does not matter."""
    return {
        f"{WRITES_PER_FILE} writes to S3 for each file": FILES / 1000 * WRITES_PER_FILE * prices["write_request"],
        f"{READS_PER_FILE} reads from S3 for each file": FILES / 1000 * READS_PER_FILE * prices["read_request"],
        f"{_CONTAINER_METRICS} metrics, during a run of {_RUN_HOURS} hours": _CONTAINER_METRICS
        * prices["custom_metric"]
        * _RUN_HOURS
        / _HOURS,
    }


def upload_costs(prices: Prices) -> Mapping[str, float]:
    """Compute what `transcribe_on_upload` adds to a month in which `FILES` files are uploaded."""
    polls = _HOURS * 3600 / POLL_SECONDS
    per_request = prices["queue_request"] / 1_000_000
    return {
        f"{polls:,.0f} requests that ask the queue for uploads": polls * per_request,
        f"{FILES:,} uploads, with {_QUEUE_REQUESTS_PER_FILE} requests for each": FILES
        * _QUEUE_REQUESTS_PER_FILE
        * per_request,
        f"{UPLOAD_ALARMS} alarms": UPLOAD_ALARMS * prices["alarm"],
    }


def audio_hour_cost(results: MachineResults, prices: Prices) -> AudioHourCost:
    """Compute the cost of an hour of audio.

    Args:
        results: The benchmark result of the machine whose speed counts.
        prices: The prices.
    """
    vcpu_hours = measurements.vcpu_hours(results)
    on_demand, spot = _machine_costs(vcpu_hours, prices)
    return AudioHourCost(vcpu_hours, on_demand, spot, transcribe=prices["transcribe"] * 60)


def teaching_cost(prices: Prices) -> TeachingCost:
    """Compute the cost of teaching one model of the official size with the default settings."""
    vcpu_hours = teaching_hours()
    return TeachingCost(vcpu_hours, *_machine_costs(vcpu_hours, prices))


def _machine_costs(vcpu_hours: float, prices: Prices) -> tuple[float, float]:
    """Return what hours of one vCPU cost on on-demand machines and on Spot machines, with their disks."""
    disk = DeploymentSettings.disk_gigabytes * prices["machine_disk"] / _HOURS / _MIN_VCPUS
    return vcpu_hours * (prices["vcpu"] + disk), vcpu_hours * (prices["vcpu"] * prices["spot_share"] + disk)

"""What a deployment may choose: the CDK's context, from `cdk.json` or `-c name=value`."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, get_type_hints

from infra import machines
from infra.errors import ContextInvalid
from infra.paths import AIRFLOW_SETTINGS

#: Source: Amazon CloudWatch Logs API Reference, PutRetentionPolicy.
_LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653))
#: What the CDK's command line itself puts into the context, without a scope.
_OF_THE_CDK = {"acknowledged-issue-numbers", "cli-telemetry"}
#: What each setting that is one of a few words may be.
_CHOICES = {
    "image_model": ("official", "demo"),
    "network": ("nat", "endpoints"),
    "webserver_access": ("public", "private"),
    # Source: Amazon MWAA User Guide, "Configuring the Amazon MWAA environment class".
    "airflow_class": ("mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge"),
    "log_days": _LOG_DAYS,
}
#: The least and the most that a number may be.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "processed_days": (0, 36_500),
    "old_version_days": (1, 36_500),
    "spot_vcpus": (1, 10_000),
    "on_demand_vcpus": (1, 10_000),
    "vcpus": (1, machines.LARGEST),
    "memory": (1024, 30_000),
    "disk_gigabytes": (50, 16_000),
    "start_limit_minutes": (10, 1440),  # what Batch takes
}
_PATTERNS = {
    # MWAA takes 80 characters, the stacks add to it.
    "name": (r"[a-z][a-z0-9-]{0,29}", "up to 30 lower case letters, digits and '-', a letter first"),
    "airflow_version": (r"3\.\d+\.\d+", "a version of Airflow that MWAA offers, such as 3.2.1"),
    # `g` behind the generation is Arm. Source: Amazon EC2 Instance Types, "Naming conventions".
    "machine_families": (r"[cmr]\d+[a-fh-z]*(\s*,\s*[cmr]\d+[a-fh-z]*)*", "families of x86 machines, such as c6i,m6i"),
    "alert_mail": (r"|[^@\s]+@[^@\s]+", "a mail address, or empty"),
}


@dataclass(frozen=True)
class DeploymentSettings:
    """The settings of one deployment. Each is a value of the CDK's context of the same name.

    Raises:
        ContextInvalid: one is unknown or wrong; the message names it.
    """

    #: The name of the deployment. Its Airflow environment has this name, and its stacks are `{name}-storage` and so on.
    #: Deployments with different names can exist beside each other in one account and region.
    name: str = "transcription"
    #: Whether the audio bucket stays when the deployment is destroyed, with audio and transcripts.
    retain_audio: bool = True
    #: Days after which audio in `processed/` is deleted; 0: never.
    processed_days: int = 0
    #: Days for which a replaced or deleted object can be restored. Audio that a run moved counts as deleted from
    #: `input/`.
    old_version_days: int = 30
    #: How the private subnets reach AWS. `nat`: through one NAT gateway, about $33 a month and $0.045 a GB.
    #: `endpoints`: without the internet, through 14 interface endpoints in two zones, about $204 a month and $0.01 a
    #: GB; Airflow then runs without requirements.txt, because pip has no network. (us-east-1, November 2026.) This
    #: setting cannot be changed later.
    network: str = "nat"
    #: The most vCPUs at work at once on Spot machines, and on the on-demand machines that Batch starts when no Spot
    #: machine is left. Without audio, no machine runs and none is paid for. A new account often has lower quotas.
    spot_vcpus: int = 128
    on_demand_vcpus: int = 32
    #: Families of machines. Spot chooses those with the most free capacity. They must be x86 with AVX, which
    #: libdeepspeech needs. The defaults exist in nearly every region. If a region lacks a family, Batch refuses it and
    #: lists the families that exist.
    machine_families: str = "c5,c6i,m5,m6i"
    #: vCPUs of one child of the job. A child runs one engine process per vCPU.
    vcpus: int = 2
    #: Memory of one child, in MiB. With a model of the official size, the batched engine needs 0.15 GB, and 0.3 GB for
    #: each vCPU. All processes share a scorer of 0.95 GB, which should stay in memory. That is 1.7 GB for 2 vCPUs. The
    #: cheapest machines have 2 GiB for each vCPU. 3584 is the largest value with which they hold one child for every
    #: two vCPUs, beside their own system.
    memory: int = 3584
    #: The disk of a machine, in GiB. It holds the image, and for each child the largest file (4 GiB) and a model.
    disk_gigabytes: int = 100
    #: The model in the image: `official`, DeepSpeech's English release (1.1 GB), or `demo`, 34 words.
    image_model: str = "official"
    #: The version of Airflow. requirements.txt must be for the same version.
    airflow_version: str = "3.2.1"
    #: MWAA's environment class. The smallest class is enough, because the DAG runs one task at a time.
    airflow_class: str = "mw1.micro"
    #: Where the Airflow UI can be reached: `public`, on the internet behind AWS sign-in, or `private`, in the VPC only.
    webserver_access: str = "public"
    #: The mail address that receives alarms. AWS asks it for a confirmation first. Empty: no address; others can
    #: subscribe to the topic.
    alert_mail: str = ""
    #: Days for which logs are kept: one of the numbers that CloudWatch accepts.
    log_days: int = 90
    #: Minutes that a job may wait for a machine before it is ended.
    start_limit_minutes: int = 120
    #: Further settings of Airflow's section `[transcription]`, see docs/settings.md:
    #: `{"audio_minutes_per_child": "30"}`.
    transcription: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            _check(getattr(self, name) in choices, name, getattr(self, name), f"one of {', '.join(map(str, choices))}")
        for name, (least, most) in _BOUNDS.items():
            _check(least <= getattr(self, name) <= most, name, getattr(self, name), f"from {least:,} to {most:,}")
        for name, (pattern, meaning) in _PATTERNS.items():
            _check(re.fullmatch(pattern, getattr(self, name)) is not None, name, getattr(self, name), meaning)
        for name in ("spot_vcpus", "on_demand_vcpus"):
            _check(getattr(self, name) >= self.vcpus, name, getattr(self, name), f"vcpus, {self.vcpus}, or more")
        for name, value in self.transcription.items():
            _check_airflow(name, value)
        largest = int(self.transcription.get("max_file_megabytes", airflow_default("max_file_megabytes")))
        least = machines.least_disk(self.vcpus, largest)
        meaning = f"{least} or more: a machine's children each hold a file of up to {largest:,} MiB and a model"
        _check(self.disk_gigabytes >= least, "disk_gigabytes", self.disk_gigabytes, meaning)

    @property
    def parallel_children(self) -> int:
        """How many children run at once when both kinds of machines are used up."""
        return self.spot_vcpus // self.vcpus + self.on_demand_vcpus // self.vcpus


@cache
def _airflow_fields() -> Mapping[str, ast.AnnAssign]:
    """The fields of the class that reads the section `[transcription]`.

    It is read as text: it imports Airflow, which is not installed here.
    """
    tree = ast.parse(AIRFLOW_SETTINGS.read_text())
    (settings,) = (each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == "Settings")
    found = [each for each in settings.body if isinstance(each, ast.AnnAssign)]
    return {each.target.id: each for each in found if isinstance(each.target, ast.Name)}


def airflow_settings() -> tuple[str, ...]:
    """The names of the section `[transcription]` that are left to people."""
    return tuple(name for name in _airflow_fields() if name not in DECIDED)


def airflow_default(name: str) -> str:
    """The default of a number of the section `[transcription]`."""
    default = _airflow_fields()[name].value
    assert default is not None  # noqa: S101 - only those that must be set have none
    return str(ast.literal_eval(default))


#: What of `[transcription]` follows from the deployment itself.
DECIDED = (
    "bucket",
    "job_queue",
    "job_definition",
    "image_model",
    "parallel_children",
    "start_limit_minutes",
    "alert_topic",
)


def _check_airflow(name: str, value: str) -> None:
    """Whether there is such a setting, and it is of its kind; the rest the DAG checks itself."""
    ours = f"a setting of [transcription] that the deployment does not decide itself: {', '.join(airflow_settings())}"
    _check(name in airflow_settings(), f"transcription.{name}", value, ours)
    pattern, meaning = {
        "int": (r"\d+", "a whole number"),
        "float": (r"\d+(\.\d*)?", "a number"),
        "bool": (r"true|false", "true or false"),
    }.get(ast.unparse(_airflow_fields()[name].annotation), (r".*", "text"))
    _check(re.fullmatch(pattern, value) is not None, f"transcription.{name}", value, meaning)


def read(context: Mapping[str, Any]) -> DeploymentSettings:
    """The settings in the CDK's context.

    Raises:
        ContextInvalid: one is unknown or wrong; the message names it.
    """
    known = {each.name for each in fields(DeploymentSettings)}
    for name in context.keys() - _OF_THE_CDK:
        # Nearly all of the CDK's have a scope: `@aws-cdk/…:…`, `aws:cdk:…`, a look-up's `availability-zones:account=…`.
        _check(
            name in known or ":" in name or "/" in name, name, context[name], f"a setting: {', '.join(sorted(known))}"
        )
    kinds = get_type_hints(DeploymentSettings)
    return DeploymentSettings(**{name: _parse(kinds[name], name, context[name]) for name in known & context.keys()})


def _parse(kind: Any, name: str, value: Any) -> Any:
    """A value from the command line, where all are text, or from `cdk.json`."""
    if kind is str:
        _check(isinstance(value, str), name, value, "text")
        return value
    if kind is bool:
        found = {"true": True, "false": False}.get(str(value).lower())
        _check(found is not None, name, value, "true or false")
        return found
    if kind is int:
        _check(re.fullmatch(r"-?\d+", str(value)) is not None, name, value, "a whole number")
        return int(value)
    return _parse_options(name, value)


def _parse_options(name: str, value: Any) -> Mapping[str, str]:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    _check(isinstance(found, dict), name, value, 'an object: {"audio_minutes_per_child": "30"}')
    return {key: str(each).lower() if isinstance(each, bool) else str(each) for key, each in found.items()}


def _check(is_right: bool, name: str, value: Any, meaning: str) -> None:
    if not is_right:
        raise ContextInvalid(
            f"{name} is {value!r}; it must be {meaning}. Set it in cdk.json or with -c {name.partition('.')[0]}=…."
        )

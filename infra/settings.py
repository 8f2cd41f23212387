"""The settings of a deployment, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.setting_checks import check_settings
from infra.setting_combinations import check_combinations


@dataclass(frozen=True)
class DeploymentSettings:
    """The settings of one deployment. Each has the name of its value in the CDK's context.

    The comments above the fields become the table in docs/settings.md.

    Raises:
        ContextInvalid: A setting is wrong; the message names it.
    """

    #: The name of the deployment. Its Airflow environment has this name, and its stacks are `{name}-storage` and so on.
    #: Deployments with different names can exist beside each other in one account and region.
    name: str = "transcription"
    #: The region, such as `eu-central-1`. If the setting is empty, it comes from `AWS_REGION` or from the profile.
    #: Outside AWS's main partition, such as in China, services have other names, and the templates contain the region.
    region: str = ""
    #: Two availability zones, separated by a comma: names, such as `us-east-1a,us-east-1b`, or ids, such as
    #: `use1-az1,use1-az2`. The same name means another zone in another account; an id means the same zone everywhere.
    #: If the setting is empty, CloudFormation takes the first two zones of the region. A zone can lack machines or
    #: services: `use1-az3` has none of the default machines. This setting cannot be changed later.
    zones: str = ""
    #: An existing VPC for the machines, and for Airflow if the deployment creates it, such as `vpc-0a1b2c3d`. If the
    #: setting is empty, a VPC is created. It cannot be changed later.
    vpc_id: str = ""
    #: Private subnets of `vpc_id`, such as `subnet-1a2b3c4d,subnet-5e6f7a8b`. They must reach AWS; nothing of them is
    #: changed. A new Airflow needs exactly two, in two zones, and `network=endpoints` if the internet cannot be reached
    #: from them.
    subnet_ids: str = ""
    #: Whether there is an Airflow already. `new`: an environment of MWAA is created. `existing`: the MWAA environment
    #: `airflow_environment` gets the DAG. `none`: any other Airflow gets the DAG, and nothing of MWAA is used.
    #: [An Airflow of your own](own-airflow.md)
    airflow: str = "new"
    #: With `airflow=existing`: the name of the MWAA environment. Nothing of it is changed.
    airflow_environment: str = ""
    #: With an Airflow of your own: the bucket from which it takes its DAGs. With `airflow=none`, the setting can be
    #: empty; the DAG is then in a bucket of the deployment, from which you copy it.
    dag_bucket: str = ""
    #: With an Airflow of your own: the folder in the bucket from which it takes its DAGs. The DAG goes into a folder of
    #: its own there, `deepspeech-{name}`, and nothing else in the bucket is changed.
    dag_prefix: str = "dags"
    #: Whether the audio bucket stays when the deployment is destroyed, with audio and transcripts.
    retain_audio: bool = True
    #: Days after which audio in `processed/` and copies in `listening/` are deleted. With 0, they are never deleted.
    processed_days: int = 0
    #: Days for which a replaced or deleted object can be restored. Audio that a run moved counts as deleted from
    #: `input/`.
    old_version_days: int = 30
    #: How the private subnets reach AWS. `nat`: through one NAT gateway, about $37 a month and $0.045 a GB.
    #: `nat-instance`: through a machine of the type t4g.nano, about $7 a month and nothing for a GB. It is a single
    #: machine: while it starts anew, nothing can be reached. [The NAT instance](deploying.md#the-nat-instance)
    #: `endpoints`: without the internet, through 14 interface endpoints in two zones, about $204 a month and $0.01 a
    #: GB; with an Airflow of your own, through 6, about $88 a month. (Prices of us-east-1, November 2026.) With
    #: `endpoints`, Airflow runs without requirements.txt, because pip cannot reach the internet. This setting cannot be
    #: changed later.
    network: str = "nat"
    #: The maximum number of vCPUs on Spot machines, and on the on-demand machines that Batch starts when no Spot
    #: machine is left or all of `spot_vcpus` are in use. On-demand machines cost about twice as much. With
    #: `on_demand_vcpus` 0, Batch starts none of them, and children wait for Spot machines. Without audio, no machine
    #: runs and none is paid for. A new account often has lower quotas.
    spot_vcpus: int = 128
    on_demand_vcpus: int = 32
    #: Families of machines, separated by commas. Batch prefers Spot machines that are cheap and unlikely to be taken
    #: back. The families must be x86 with AVX, which libdeepspeech needs. The defaults exist in nearly every region. If
    #: a region lacks a family, Batch refuses it and lists the families that exist.
    machine_families: str = "c5,c6i,m5,m6i"
    #: vCPUs of one child of the job. A child runs one engine process per vCPU.
    vcpus: int = 2
    #: Memory of one child, in MiB. With a model of the official size, the batched engine needs 0.15 GB, and 0.3 GB for
    #: each vCPU. All processes share a scorer of 0.95 GB, which should stay in memory. That is 1.7 GB for 2 vCPUs. The
    #: cheapest machines have 2 GiB for each vCPU, and their operating system needs a part of it. 3584 is the largest
    #: value with which such a machine runs one child for every two vCPUs.
    memory: int = 3584
    #: The disk of a machine, in GiB. It needs space for the image, and for each child the largest file (4 GiB) and a
    #: model.
    disk_gigabytes: int = 100
    #: The model in the image: `official`, DeepSpeech's English release (1.1 GB), or `demo`, which knows 34 words.
    image_model: str = "official"
    #: Another base image, such as a copy in your own registry: a Debian bookworm with Python 3.9, best with its digest.
    #: If the setting is empty, it is Docker's official image, with the digest that the Dockerfile names.
    base_image: str = ""
    #: Any text, such as the month: `2026-12`. When it changes, `make deploy` builds the image with Debian's newest
    #: packages, and Batch replaces the machines by machines with its newest machine image.
    #: [Security updates](deploying.md#security-updates)
    patched: str = ""
    #: The version of a new Airflow. requirements.txt must be for the same version.
    airflow_version: str = "3.2.1"
    #: MWAA's environment class. The smallest class is enough, because the DAG runs one task at a time.
    airflow_class: str = "mw1.micro"
    #: Where the Airflow UI can be reached: `public`, on the internet behind AWS sign-in, or `private`, in the VPC only.
    webserver_access: str = "public"
    #: With `webserver_access=private`: the address ranges from which people reach the Airflow UI, separated by commas,
    #: such as `10.0.0.0/16,192.168.4.0/24`. They are ranges of the VPC, or of networks with a way to it, such as a VPN.
    #: If the setting is empty, only Airflow itself reaches the UI.
    webserver_ranges: str = ""
    #: The mail address that receives alarms. AWS first sends it a message to confirm. If the setting is empty, nobody
    #: gets mail; other addresses can subscribe to the topic.
    alert_mail: str = ""
    #: A sum in US dollars (in China: yuan). AWS Budgets sends a mail to `alert_mail` when the deployment has cost more
    #: in a month, or is expected to. With 0, there is no budget. AWS counts the costs of a deployment only after you
    #: have [activated the tag `deployment`](costs.md#a-budget). In some regions CloudFormation has no budgets, and the
    #: setting is refused.
    monthly_budget: int = 0
    #: Hours without a scheduled run after which the alarm `DidNotRun` goes off. The number must be larger than the
    #: longest interval of the schedule: 25 for every night, 26 in a time zone with summer time, 73 for workdays.
    missed_run_hours: int = 25
    #: Whether uploads start a run, in addition to the schedule. A run starts when nothing was uploaded for two minutes.
    #: [Transcribe on upload](using.md#transcribe-on-upload)
    transcribe_on_upload: bool = False
    #: Whether the DAGs `teach_model` and `evaluate_models` teach and measure models in this deployment. `make deploy`
    #: then builds a second image, with the trainer. [Teach in your own account](teaching.md#in-your-own-account)
    teaching: bool = False
    #: Days for which logs are kept: one of the numbers that CloudWatch accepts.
    log_days: int = 90
    #: Minutes after which a job is ended if Batch finds no machine for it.
    start_limit_minutes: int = 120
    #: Further options of Airflow's section `[transcription]`, such as `{"audio_minutes_per_child": "30"}`.
    transcription: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_settings(self)
        check_combinations(self)

    @property
    def zone_list(self) -> list[str]:
        """The names or ids of the two zones, or nothing if CloudFormation chooses them."""
        return [zone.strip() for zone in self.zones.split(",") if zone.strip()]

    @property
    def webserver_range_list(self) -> list[str]:
        """The address ranges from which people reach a private Airflow UI."""
        return [text.strip() for text in self.webserver_ranges.split(",") if text.strip()]

    @property
    def subnet_list(self) -> list[str]:
        """The ids of the subnets of the existing VPC, or nothing if the deployment creates a VPC."""
        return [subnet.strip() for subnet in self.subnet_ids.split(",") if subnet.strip()]

    @property
    def dag_folder(self) -> str:
        """The folder of the DAG in the bucket of an existing Airflow. No other DAG is in it."""
        return f"{self.dag_prefix.rstrip('/')}/deepspeech-{self.name}".lstrip("/")

    @property
    def parallel_children(self) -> int:
        """The number of children that run at once when all Spot and on-demand machines are in use."""
        return self.spot_vcpus // self.vcpus + self.on_demand_vcpus // self.vcpus

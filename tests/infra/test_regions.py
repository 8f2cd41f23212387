"""Templates for regions of three partitions: names of services, zones, and the region that the job gets."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
import cfnlint
import pytest
from aws_cdk.region_info import RegionInfo
from botocore.loaders import Loader

from infra.app import make_app
from infra.network import endpoint_services
from infra.settings import DeploymentSettings
from tests.support.infra.synthesized_stacks import SynthesizedStacks


class Region(NamedTuple):
    """A region, the ids of two of its zones, and the services whose endpoints have a name that begins with `cn.`."""

    name: str
    zones: str
    chinese: frozenset[str] = frozenset()


#: Source: AWS PrivateLink in China, `describe-vpc-endpoint-services`. All others have the usual names.
_CHINESE = frozenset({"batch", "ecr.api", "ecr.dkr", "monitoring", "sqs"})
REGIONS = [
    Region("us-east-1", "use1-az4,use1-az6"),
    Region("eu-central-1", "euc1-az1,euc1-az3"),
    Region("cn-north-1", "cnn1-az1,cnn1-az2", _CHINESE),
    Region("cn-northwest-1", "cnnw1-az1,cnnw1-az2", _CHINESE),
    Region("us-gov-west-1", "usgw1-az1,usgw1-az2"),
    Region("us-gov-east-1", "usge1-az1,usge1-az3"),
]
#: The services as botocore names their endpoints, where the name of the interface endpoint is another.
_BOTOCORE_NAMES = {
    "airflow.api": "airflow",
    "airflow.env": "airflow",
    "airflow.ops": "airflow",
    "ecr.api": "api.ecr",
    "ecr.dkr": "api.ecr",
    "ecs-agent": "ecs",
    "ecs-telemetry": "ecs",
}


class Synthesized(NamedTuple):
    """The templates of one region."""

    region: Region
    stacks: SynthesizedStacks


@pytest.fixture(scope="module", params=REGIONS, ids=lambda region: region.name)
def synthesized(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """Synthesize the deployment for a region, without the internet, and with the ids of its zones."""
    region: Region = request.param
    folder = tmp_path_factory.mktemp(region.name)
    settings = {"region": region.name, "zones": region.zones, "network": "endpoints", "image_model": "demo"}
    make_app(settings, str(folder)).synth()
    return Synthesized(region, SynthesizedStacks.load(folder, "transcription", region.name))


def endpoints(stacks: SynthesizedStacks, kind: str) -> set[str]:
    """Return the service names of the endpoints of a kind, `Interface` or `Gateway`."""
    resources = stacks.resources("AWS::EC2::VPCEndpoint").values()
    properties = [stacks.resolve(resource["Properties"]) for resource in resources]
    return {endpoint["ServiceName"] for endpoint in properties if endpoint["VpcEndpointType"] == kind}


def test_endpoint_services_have_the_names_of_the_region(synthesized: Synthesized) -> None:
    region, stacks = synthesized
    expected = {
        f"{'cn.' if service.short_name in region.chinese else ''}com.amazonaws.{region.name}.{service.short_name}"
        for service in endpoint_services(DeploymentSettings(region=region.name)).values()
    }
    assert endpoints(stacks, "Interface") == expected
    assert endpoints(stacks, "Gateway") == {f"com.amazonaws.{region.name}.s3"}


def test_mwaas_operations_endpoint_is_in_the_partition_aws_only(synthesized: Synthesized) -> None:
    region, stacks = synthesized
    names = {name for name in endpoints(stacks, "Interface") if name.endswith(".airflow.ops")}
    is_needed = RegionInfo.get(region.name).partition == "aws"
    assert names == ({f"com.amazonaws.{region.name}.airflow.ops"} if is_needed else set())


def test_every_arn_and_service_name_is_of_the_regions_partition(synthesized: Synthesized) -> None:
    region, stacks = synthesized
    information = RegionInfo.get(region.name)
    partition = botocore.session.Session().get_partition_for_region(region.name)
    assert information.partition == partition
    for template in stacks.templates.values():
        text = json.dumps(template)
        assert set(re.findall(r"\barn:(aws[\w-]*):", text)) <= {partition}
        assert set(re.findall(r"\bcom\.amazonaws\.([a-z-]+-\d)\.", text)) <= {region.name}


def test_subnets_are_in_the_zones_with_these_ids(synthesized: Synthesized) -> None:
    region, stacks = synthesized
    subnets = [resource["Properties"] for resource in stacks.resources("AWS::EC2::Subnet").values()]
    assert sorted(subnet["AvailabilityZoneId"] for subnet in subnets) == sorted(region.zones.split(","))
    assert not any("AvailabilityZone" in subnet for subnet in subnets)


def test_the_job_gets_the_region_from_the_job_definition(synthesized: Synthesized) -> None:
    region, stacks = synthesized
    container = stacks.properties("AWS::Batch::JobDefinition")["ContainerProperties"]
    variables = {variable["Name"]: variable["Value"] for variable in container["Environment"]}
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == region.name


def test_botocore_knows_the_services_in_the_region(synthesized: Synthesized) -> None:
    """AWS's own list of endpoints. It names MWAA in no region of GovCloud."""
    region = synthesized.region.name
    data: Any = Loader().load_data("endpoints")
    (partition,) = (entry for entry in data["partitions"] if region in entry["regions"])
    services = endpoint_services(DeploymentSettings(region=region)).values()
    names = {_BOTOCORE_NAMES.get(service.short_name, service.short_name) for service in services}
    missing = {name for name in names if region not in partition["services"].get(name, {}).get("endpoints", {})}
    assert missing == ({"airflow"} if partition["partition"] == "aws-us-gov" else set())


def test_cloudformation_knows_the_resources_in_the_region(synthesized: Synthesized) -> None:
    """AWS's lists of resource types by region, as cfn-lint has them. Those of GovCloud lack MWAA."""
    region, stacks = synthesized
    lists = Path(cfnlint.__file__).parent / "data" / "schemas" / "providers"
    known = json.loads((lists / f"{region.name}.json").read_text()).keys()
    used = {resource["Type"] for template in stacks.templates.values() for resource in template["Resources"].values()}
    missing = {name for name in used - known if name.startswith("AWS::")}
    assert missing == ({"AWS::MWAA::Environment"} if region.name.startswith("us-gov-") else set())


@pytest.mark.parametrize(("region", "names"), [("us-west-2", False), ("cn-northwest-1", True), ("us-gov-west-1", True)])
def test_without_the_setting_templates_name_the_region_of_the_credentials_only_where_they_must(
    region: str, names: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DEFAULT_REGION", region)
    make_app({"network": "endpoints", "image_model": "demo"}, str(tmp_path)).synth()
    assert (region in (tmp_path / "transcription-batch.template.json").read_text()) is names


def test_zones_by_name_are_written_as_names(tmp_path: Path) -> None:
    make_app({"zones": "eu-central-1a, eu-central-1c", "image_model": "demo"}, str(tmp_path)).synth()
    stacks = SynthesizedStacks.load(tmp_path, "transcription")
    subnets = [resource["Properties"] for resource in stacks.resources("AWS::EC2::Subnet").values()]
    assert sorted(subnet["AvailabilityZone"] for subnet in subnets) == sorted(["eu-central-1a", "eu-central-1c"] * 2)
    assert not any("AvailabilityZoneId" in subnet for subnet in subnets)

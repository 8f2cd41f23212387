"""What the preflight reads from the templates of a deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.app import make_app
from infra.errors import NotSynthesized
from infra.preflight.planned_deployment import read_deployment
from tests.support.infra.synthesized_stacks import SynthesizedStacks


def test_the_default_deployment(default: SynthesizedStacks) -> None:
    deployment = read_deployment(default.folder)
    assert (deployment.environment, deployment.airflow_version) == ("transcription", "3.2.1")
    assert (deployment.container_vcpus, deployment.queues, deployment.vpc) == (2, (), "")
    assert (deployment.region, deployment.zones) == ("", ())
    assert sorted(deployment.stacks) == ["transcription-airflow", "transcription-batch", "transcription-storage"]
    assert deployment.network_stack == "transcription-batch"
    assert "c5.xlarge" in deployment.machine_types
    assert (deployment.spot_vcpus, deployment.on_demand_vcpus, deployment.addresses) == (128, 32, 1)
    assert deployment.endpoint_services == ("com.amazonaws.{region}.s3",)
    assert deployment.log_groups[-1] == "airflow-transcription-Worker"
    assert deployment.bootstrap_version >= 6
    assert deployment.bootstrap_parameter == "/cdk-bootstrap/hnb659fds/version"


def test_a_deployment_with_region_zones_and_endpoints(tmp_path: Path) -> None:
    settings = {"region": "cn-north-1", "zones": "cnn1-az1,cnn1-az2", "network": "endpoints", "image_model": "demo"}
    make_app(settings, str(tmp_path)).synth()
    deployment = read_deployment(tmp_path)
    assert (deployment.region, deployment.zones) == ("cn-north-1", ("cnn1-az1", "cnn1-az2"))
    services = {service.format(region=deployment.region) for service in deployment.endpoint_services}
    assert {"cn.com.amazonaws.cn-north-1.ecr.api", "com.amazonaws.cn-north-1.s3"} <= services
    assert len(services) == 14
    assert deployment.addresses == 0


def test_a_folder_without_templates_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotSynthesized, match="make synth"):
        read_deployment(tmp_path)

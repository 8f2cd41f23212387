"""The budget: a mail when a month of the deployment costs more than a sum, and none by default."""

from __future__ import annotations

import json
from pathlib import Path

import cfnlint
import pytest

from infra.app import make_app
from infra.errors import ContextInvalid
from infra.regions import WITHOUT_BUDGETS
from tests.support.infra.synthesized_stacks import SynthesizedStacks

SETTINGS = {"monthly_budget": 300, "alert_mail": "anna@example.org", "image_model": "demo", "on_demand_vcpus": 0}


def test_a_mail_is_sent_when_the_costs_of_the_deployment_exceed_the_sum_or_are_expected_to(tmp_path: Path) -> None:
    make_app(SETTINGS, str(tmp_path)).synth()
    stacks = SynthesizedStacks.load(tmp_path, "transcription")
    budget = stacks.properties("AWS::Budgets::Budget")
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 300, "Unit": "USD"}
    assert budget["Budget"]["TimeUnit"] == "MONTHLY"
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": ["user:deployment$transcription"]}
    notifications = budget["NotificationsWithSubscribers"]
    assert [entry["Notification"]["NotificationType"] for entry in notifications] == ["ACTUAL", "FORECASTED"]
    assert all(
        entry["Subscribers"] == [{"Address": "anna@example.org", "SubscriptionType": "EMAIL"}]
        for entry in notifications
    )


def test_without_on_demand_vcpus_only_spot_machines_are_started(tmp_path: Path) -> None:
    make_app(SETTINGS, str(tmp_path)).synth()
    stacks = SynthesizedStacks.load(tmp_path, "transcription")
    environment = stacks.properties("AWS::Batch::ComputeEnvironment")
    assert environment["ComputeResources"]["Type"] == "SPOT"
    queue = stacks.properties("AWS::Batch::JobQueue")
    assert [entry["Order"] for entry in queue["ComputeEnvironmentOrder"]] == [1]
    options = stacks.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
    assert options["transcription.parallel_children"] == "64"


def test_by_default_there_is_no_budget(deployment: SynthesizedStacks) -> None:
    assert not deployment.resources("AWS::Budgets::Budget")


@pytest.mark.parametrize("region", ["eu-north-1", "us-gov-west-1"])
def test_a_budget_is_refused_where_cloudformation_has_none(
    region: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The region may be a setting, or that of the credentials."""
    message = f"monthly_budget is 300; it must be 0 in {region}, where CloudFormation has no budgets"
    with pytest.raises(ContextInvalid, match=message):
        make_app({**SETTINGS, "region": region}, str(tmp_path))
    monkeypatch.setenv("CDK_DEFAULT_REGION", region)
    with pytest.raises(ContextInvalid, match=message):
        make_app(SETTINGS, str(tmp_path))


def test_cfn_lint_knows_the_same_regions_without_budgets() -> None:
    """AWS publishes the types of CloudFormation's resources by region."""
    lists = Path(cfnlint.__file__).parent / "data" / "schemas" / "providers"
    types = {file.stem: json.loads(file.read_text()) for file in lists.glob("*-*.json")}
    assert {region for region, names in types.items() if "AWS::Budgets::Budget" not in names} == WITHOUT_BUDGETS

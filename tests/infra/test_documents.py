"""Generated sections of README and docs match the code and the templates."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from documentation.markdown import MarkersInvalid, replace_section
from infra import cost_tables, costs, diagram, documents, measurements
from infra.airflow_options import default_number
from infra.cloud_assembly import CloudAssembly
from infra.key_figures import key_figure_table
from infra.mwaa.errors import RuleBroken
from infra.paths import ROOT
from infra.prices import Price, Prices, read_prices
from infra.settings import DeploymentSettings
from infra.settings_table import settings_table

GUIDE = ROOT / "docs" / "deploying.md"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> CloudAssembly:
    return documents.synthesize(tmp_path_factory.mktemp("cdk"))


def test_the_generated_sections_are_current() -> None:
    for name, content in documents.contents().items():
        text = documents.PLACES[name].read_text()
        assert replace_section(text, name, content) == text, f"{name} has changed: run `make documents`"


def test_missing_markers_are_an_error() -> None:
    with pytest.raises(MarkersInvalid, match="costs"):
        replace_section("no marker", "costs", "new")


def test_the_text_around_a_section_does_not_change() -> None:
    text = "before\n<!-- costs: x -->\nold\n<!-- end of costs -->\nafter\n"
    assert (
        replace_section(text, "costs", r"\1 new")
        == "before\n<!-- costs: x -->\n\n\\1 new\n\n<!-- end of costs -->\nafter\n"
    )


def test_each_output_is_explained(assembly: CloudAssembly) -> None:
    """Users search the docs for the names of outputs that the CDK prints."""
    outputs = [
        name
        for artifact in json.loads((assembly.folder / "manifest.json").read_text())["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
        for name in json.loads((assembly.folder / artifact["properties"]["templateFile"]).read_text())["Outputs"]
        if not name.startswith("Exports")
    ]
    assert len(outputs) > 5
    assert [name for name in outputs if f"`{name}`" not in GUIDE.read_text()] == []


def test_each_error_code_of_mwaas_rules_is_explained() -> None:
    codes = [rule.code for rule in RuleBroken.__subclasses__()]
    assert len(codes) > 15
    assert [code for code in codes if f"`{code}`" not in GUIDE.read_text()] == []


def test_each_setting_has_a_row_with_its_default_and_its_meaning() -> None:
    rows = settings_table().splitlines()[2:]
    assert any(
        row.startswith("| `spot_vcpus`, `on_demand_vcpus` | `128`, `32` | The maximum number of vCPUs") for row in rows
    )
    cells = [row.strip("| ").split(" | ") for row in rows]
    assert [name for names, _, _ in cells for name in re.findall(r"`(\w+)`", names)] == [
        setting.name for setting in fields(DeploymentSettings)
    ]
    assert min(len(meaning) for _, _, meaning in cells) > 20


class TestDiagram:
    def test_the_diagram_shows_the_permissions_of_the_container(self, assembly: CloudAssembly) -> None:
        drawing = diagram.draw(assembly)
        assert 'Transcribe -- "reads input/, models/, runs/<br/>writes output/, listening/, runs/" --> Audio' in drawing

    def test_a_removed_permission_disappears_from_the_diagram(self, assembly: CloudAssembly) -> None:
        policies = [policy.properties["PolicyDocument"] for policy in assembly.of_type("AWS::IAM::Policy")]
        before = diagram.draw(assembly)
        for document in policies:
            remaining = [statement for statement in document["Statement"] if statement["Action"] != "batch:SubmitJob"]
            document["Statement"][:], original = remaining, list(document["Statement"])
            if len(original) > len(remaining):
                assert 'Environment -- "submits to" --> Queue' in before
                assert "submits to" not in diagram.draw(assembly)
            document["Statement"][:] = original
        assert diagram.draw(assembly) == before

    def test_every_arrow_connects_nodes_of_the_diagram(self, assembly: CloudAssembly) -> None:
        lines = diagram.draw(assembly).splitlines()
        nodes = {match[1] for line in lines if (match := re.match(r"\s+(\w+)[\[(>]", line))}
        ends = {end for line in lines if "->" in line for end in re.findall(r"(?:^|> |& )\s*(\w+)(?= |$)", line)}
        assert ends - nodes == set()
        assert {"Audio", "Environment", "Queue", "Spot", "OnDemand", "Transcribe", "AlertsTopic", "metrics"} <= nodes


def test_the_key_figures_are_those_of_both_engines_and_of_the_costs() -> None:
    """For 300 s of audio on 2 cores, the batched engine takes 15 s and libdeepspeech takes 60 s."""
    engines = {"auto": {"seconds": 15.0}, "libdeepspeech": {"seconds": 60.0}}
    rows = [{"seconds": 10, "files": 30, "cores": 2, "engines": engines}]
    month = costs.MonthlyCost({"network": 40.0, "keys": 2.0}, {"mw1.micro": 350.0})
    table = key_figure_table(
        {"cores": 2, "benchmarks": {"engines": rows}}, month, costs.AudioHourCost(0.1, 0.004, 0.002, 1.5)
    )
    assert "10 s of audio per second, 4.0 times as much as libdeepspeech" in table
    assert "$0.0020 on Spot machines (Amazon Transcribe: $1.50)" in table
    assert "$42, and Airflow: $350 (mw1.micro)" in table


class TestCosts:
    PRICES = Prices(
        "anywhere",
        "",
        {
            **{name: Price(1.0, "hour", "2026-11", "made up") for name in read_prices().prices},
            "mw1.micro": Price(None, "hour", "2026-11", "not found"),
            "spot_share": Price(0.25, "on-demand price", "2026-11", "made up"),
        },
    )
    MEASURED: dict[str, Any] = {  # noqa: RUF012
        "cores": 2,
        "benchmarks": {
            "engines": [
                {"seconds": seconds, "files": 10, "cores": cores, "engines": {"auto": {"seconds": taken}}}
                for seconds, cores, taken in ((10, 1, 48.0), (10, 2, 25.0), (60, 2, 90.0))
            ],
        },
    }

    def test_two_resources_cost_twice_as_much_as_one(self) -> None:
        once = costs.monthly_cost(Counter({"AWS::EC2::NatGateway": 1, "metrics of alarms": 4}), self.PRICES)
        twice = costs.monthly_cost(Counter({"AWS::EC2::NatGateway": 2, "metrics of alarms": 8}), self.PRICES)
        assert once.parts["network"] == 730
        assert twice.parts["network"] == 1460
        assert twice.parts["alarms and dashboard"] == 2 * once.parts["alarms and dashboard"] == 8

    def test_endpoints_cost_in_each_zone(self, tmp_path: Path) -> None:
        counts = costs.count_resources(documents.synthesize(tmp_path, network="endpoints"))
        assert counts["AWS::EC2::VPCEndpoint"] > 0
        assert counts["zones of endpoints"] == 2 * (
            counts["AWS::EC2::VPCEndpoint"] - 1
        )  # the gateway endpoint of S3 is free
        assert counts["AWS::EC2::NatGateway"] == 0

    def test_an_alarm_costs_for_each_of_its_metrics(self, assembly: CloudAssembly) -> None:
        counts = costs.count_resources(assembly)
        (system_failed,) = (
            alarm for alarm in assembly.of_type("AWS::CloudWatch::Alarm") if "SystemFailed" in alarm.logical_id
        )
        metrics = [entry for entry in system_failed.properties["Metrics"] if "MetricStat" in entry]
        assert len(metrics) > 2  # the expression itself costs nothing
        assert counts["metrics of alarms"] >= counts["AWS::CloudWatch::Alarm"] + len(metrics) - 1

    def test_requests_are_counted_for_every_file(self) -> None:
        """At a dollar for 1,000 requests, 100,000 files with 7 writes and 6 reads cost $700 and $600."""
        parts = costs.request_costs(self.PRICES)
        assert list(parts.values())[:2] == [700, 600]
        assert list(parts.values())[2] == pytest.approx(3 * 24 / 730)
        assert "| total | $1,300.10 |" in cost_tables.request_table(parts)

    def test_the_queue_of_uploads_is_asked_all_month(self) -> None:
        """At a dollar for a million requests, 131,400 requests and 1.2 for each of 100,000 uploads cost $0.25."""
        parts = costs.upload_costs(self.PRICES)
        assert list(parts.values()) == [pytest.approx(0.1314), pytest.approx(0.12), 2]
        assert "| total | $2.25 |" in cost_tables.upload_table(parts)

    def test_the_triggerer_asks_as_often_as_the_costs_say(self) -> None:
        source = (ROOT / "plugins" / "upload_watcher" / "upload_trigger.py").read_text()
        assert f"_PAGE, _POLL_SECONDS = 10, {costs.POLL_SECONDS}" in source

    def test_the_break_even_is_where_the_saved_money_pays_for_the_month(self) -> None:
        month = costs.MonthlyCost({"network": 40.0}, {"mw1.micro": 100.0})
        table = cost_tables.break_even_table({"nat": month}, costs.AudioHourCost(0.1, 0.3, 0.5, 1.5))
        assert "| with a new Airflow on mw1.micro | from 140 |" in table
        assert "($1.50 an hour)" in table
        assert "exists already" not in table
        assert "mw1.small" not in table

    def test_an_airflow_that_exists_already_costs_nothing_more(self) -> None:
        month = costs.monthly_cost(Counter({"AWS::KMS::Key": 3, "AWS::IAM::ManagedPolicy": 1}), self.PRICES)
        assert month.parts["Airflow's database, 10 GB"] == 0
        months = {"new": costs.MonthlyCost({"keys": 5.0}, {"mw1.micro": 100.0}), "own": month}
        months["own"] = costs.MonthlyCost({"keys": 3.0}, {"mw1.micro": 100.0}, month.has_own_airflow)
        hour = costs.AudioHourCost(0.1, 0.3, 0.5, 1.5)
        assert "| with Airflow on mw1.micro | $105 | there is one already |" in cost_tables.monthly_table(months)
        table = cost_tables.break_even_table(months, hour)
        assert "| with a new Airflow on mw1.micro | from 105 |  |" in table
        assert "| with an Airflow that exists already |  | from 3 |" in table

    def test_an_hour_of_audio_costs_its_measured_machine_time(self) -> None:
        """100 s of audio take 25 s on 2 vCPUs, so an hour of audio takes half an hour of one vCPU."""
        hour = costs.audio_hour_cost(self.MEASURED, self.PRICES)
        assert hour.vcpu_hours == 0.5
        disk = 100 / 730 / 4
        assert hour.on_demand == pytest.approx(0.5 * (1 + disk))
        assert hour.spot == pytest.approx(0.5 * (0.25 + disk))
        assert hour.transcribe == 60

    def test_the_run_of_the_slowest_machine_is_used(self, tmp_path: Path) -> None:
        slow = json.dumps(self.MEASURED)
        for name, run in (("a", slow.replace("25.0", "20.0")), ("b", slow), ("c", slow.replace("25.0", "20.0"))):
            (tmp_path / f"{name}.json").write_text(run)
        (tmp_path / "d.json").write_text('{"cores": 2, "benchmarks": {"training": []}}')
        assert measurements.slowest_machine(tmp_path) == self.MEASURED

    def test_an_unknown_price_is_reported_as_not_found(self) -> None:
        month = costs.monthly_cost(Counter(), self.PRICES)
        assert "mw1.micro" not in month.airflow
        assert "| with Airflow on mw1.micro | price not found |" in cost_tables.monthly_table({"nat": month})
        with pytest.raises(KeyError, match="not known"):
            self.PRICES["mw1.micro"]

    def test_the_dag_estimates_with_the_same_prices(self) -> None:
        prices = read_prices()
        assert float(default_number("vcpu_hour_price")) == prices["vcpu"]
        assert float(default_number("api_hour_price")) == pytest.approx(prices["transcribe"] * 60)

    def test_the_dag_estimates_with_the_measured_speed(self) -> None:
        """The report's estimate covers recognition only, without the start of machines and containers."""
        hour = costs.audio_hour_cost(measurements.slowest_machine(), read_prices())
        assert hour.vcpu_hours <= float(default_number("expected_real_time_factor")) <= 1.5 * hour.vcpu_hours

    def test_each_price_has_its_date_and_its_source(self) -> None:
        for name, price in read_prices().prices.items():
            assert re.fullmatch(r"20\d\d-\d\d", price.date), name
            assert price.source, name
            assert price.price is None or price.price > 0, name

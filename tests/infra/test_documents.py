"""README and docs: what they say of a deployment is what the code and the templates say."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from documentation.markdown import MarkersInvalid, put
from infra import architecture, costs, documents, key_figures, measurements, prices, settings_table
from infra.assembly import Assembly
from infra.mwaa.errors import RuleBroken
from infra.paths import ROOT
from infra.prices import Price, Prices
from infra.settings import DeploymentSettings, airflow_default

GUIDE = ROOT / "docs" / "deploying.md"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return documents.synthesized(tmp_path_factory.mktemp("cdk"))


def test_the_documents_say_what_the_code_says() -> None:
    for name, content in documents.contents().items():
        text = documents.PLACES[name].read_text()
        assert put(text, name, content) == text, f"{name} has changed: run `make documents`"


def test_content_without_a_place_is_not_passed_over() -> None:
    with pytest.raises(MarkersInvalid, match="costs"):
        put("no marker", "costs", "new")


def test_what_surrounds_a_place_stays() -> None:
    text = "before\n<!-- costs: x -->\nold\n<!-- end of costs -->\nafter\n"
    assert put(text, "costs", r"\1 new") == "before\n<!-- costs: x -->\n\n\\1 new\n\n<!-- end of costs -->\nafter\n"


def test_each_output_is_explained(assembly: Assembly) -> None:
    """Whoever deploys sees their names, and looks for them."""
    outputs = [
        name
        for each in json.loads((assembly.folder / "manifest.json").read_text())["artifacts"].values()
        if each["type"] == "aws:cloudformation:stack"
        for name in json.loads((assembly.folder / each["properties"]["templateFile"]).read_text())["Outputs"]
        if not name.startswith("Exports")
    ]
    assert len(outputs) > 5
    assert [name for name in outputs if f"`{name}`" not in GUIDE.read_text()] == []


def test_each_code_of_mwaas_rules_is_explained() -> None:
    codes = [each.code for each in RuleBroken.__subclasses__()]
    assert len(codes) > 15
    assert [code for code in codes if f"`{code}`" not in GUIDE.read_text()] == []


def test_each_setting_has_a_row_with_its_default_and_what_it_is() -> None:
    rows = settings_table.report().splitlines()[2:]
    assert any(row.startswith("| `spot_vcpus`, `on_demand_vcpus` | `128`, `32` | The most vCPUs") for row in rows)
    cells = [row.strip("| ").split(" | ") for row in rows]
    assert [name for names, _, _ in cells for name in re.findall(r"`(\w+)`", names)] == [
        each.name for each in fields(DeploymentSettings)
    ]
    assert min(len(meaning) for _, _, meaning in cells) > 20


class TestArchitecture:
    def test_it_shows_what_the_container_may_touch(self, assembly: Assembly) -> None:
        picture = architecture.draw(assembly)
        assert 'Transcribe -- "reads input/, models/, runs/<br/>writes output/, runs/" --> Audio' in picture

    def test_a_right_that_is_taken_away_is_missing_in_it(self, assembly: Assembly) -> None:
        policies = [each.properties["PolicyDocument"] for each in assembly.of_type("AWS::IAM::Policy")]
        before = architecture.draw(assembly)
        for document in policies:
            kept = [each for each in document["Statement"] if each["Action"] != "batch:SubmitJob"]
            document["Statement"][:], taken = kept, list(document["Statement"])
            if len(taken) > len(kept):
                assert 'Environment -- "submits to" --> Queue' in before
                assert "submits to" not in architecture.draw(assembly)
            document["Statement"][:] = taken
        assert architecture.draw(assembly) == before

    def test_every_arrow_is_between_things_that_are_drawn(self, assembly: Assembly) -> None:
        lines = architecture.draw(assembly).splitlines()
        drawn = {found[1] for line in lines if (found := re.match(r"\s+(\w+)[\[(>]", line))}
        ends = {end for line in lines if "->" in line for end in re.findall(r"(?:^|> |& )\s*(\w+)(?= |$)", line)}
        assert ends - drawn == set()
        assert {"Audio", "Environment", "Queue", "Spot", "OnDemand", "Transcribe", "AlertsTopic", "metrics"} <= drawn


def test_the_key_figures_are_those_of_both_engines_and_of_the_costs() -> None:
    """300 s of audio on 2 cores: 15 s of the batched engine, 60 s of libdeepspeech."""
    engines = {"auto": {"seconds": 15.0}, "libdeepspeech": {"seconds": 60.0}}
    rows = [{"seconds": 10, "files": 30, "cores": 2, "engines": engines}]
    month = costs.Idle({"network": 40.0, "keys": 2.0}, {"mw1.small": 350.0})
    table = key_figures.report(
        {"cores": 2, "benchmarks": {"engines": rows}}, month, costs.AudioHour(0.1, 0.004, 0.002, 1.5)
    )
    assert "10 s of audio per second, 4.0 times as much as libdeepspeech" in table
    assert "$0.0020 on Spot machines (Amazon Transcribe: $1.50)" in table
    assert "$42, and Airflow: $350 (mw1.small)" in table


class TestCosts:
    KNOWN = Prices(
        "anywhere",
        "",
        {
            **{name: Price(1.0, "hour", "2026-11", "made up") for name in prices.read().prices},
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

    def test_what_is_there_twice_costs_twice(self) -> None:
        once = costs.idle(Counter({"AWS::EC2::NatGateway": 1, "AWS::CloudWatch::Alarm": 4}), self.KNOWN)
        twice = costs.idle(Counter({"AWS::EC2::NatGateway": 2, "AWS::CloudWatch::Alarm": 8}), self.KNOWN)
        assert once.parts["network"] == 730
        assert twice.parts["network"] == 1460
        assert twice.parts["alarms and dashboard"] == 2 * once.parts["alarms and dashboard"] == 8

    def test_endpoints_cost_in_each_zone(self, tmp_path: Path) -> None:
        counted = costs.count(documents.synthesized(tmp_path, network="endpoints"))
        services = [each for each in counted if each == "AWS::EC2::VPCEndpoint"]
        assert services
        assert counted["zones of endpoints"] == 2 * (counted["AWS::EC2::VPCEndpoint"] - 1)  # one is S3's gateway
        assert counted["AWS::EC2::NatGateway"] == 0

    def test_an_hour_costs_the_machine_time_that_was_measured(self) -> None:
        """25 s on 2 vCPUs for 100 s of audio: half an hour of one vCPU for an hour."""
        hour = costs.audio_hour(self.MEASURED, self.KNOWN)
        assert hour.vcpu_hours == 0.5
        disk = 100 / 730 / 4
        assert hour.on_demand == pytest.approx(0.5 * (1 + disk))
        assert hour.spot == pytest.approx(0.5 * (0.25 + disk))
        assert hour.elsewhere == 60

    def test_the_slowest_machine_counts(self, tmp_path: Path) -> None:
        slow = json.dumps(self.MEASURED)
        for name, run in (("a", slow.replace("25.0", "20.0")), ("b", slow), ("c", slow.replace("25.0", "20.0"))):
            (tmp_path / f"{name}.json").write_text(run)
        assert measurements.slowest(tmp_path) == self.MEASURED

    def test_a_price_that_is_not_known_is_not_made_up(self) -> None:
        month = costs.idle(Counter(), self.KNOWN)
        assert "mw1.micro" not in month.airflow
        assert "| with Airflow on mw1.micro | price not found |" in costs.report_idle({"nat": month}, self.KNOWN)
        with pytest.raises(KeyError, match="not known"):
            self.KNOWN["mw1.micro"]

    def test_the_dag_estimates_with_the_same_prices(self) -> None:
        known = prices.read()
        assert float(airflow_default("vcpu_hour_price")) == known["vcpu"]
        assert float(airflow_default("api_hour_price")) == pytest.approx(known["transcribe"] * 60)

    def test_the_dag_estimates_with_the_speed_that_was_measured(self) -> None:
        """Recognition alone, as the report counts it: the start of machines and containers comes on top."""
        hour = costs.audio_hour(measurements.slowest(), prices.read())
        assert hour.vcpu_hours <= float(airflow_default("expected_real_time_factor")) <= 1.5 * hour.vcpu_hours

    def test_each_price_has_its_date_and_its_source(self) -> None:
        for name, each in prices.read().prices.items():
            assert re.fullmatch(r"20\d\d-\d\d", each.date), name
            assert each.source, name
            assert each.price is None or each.price > 0, name

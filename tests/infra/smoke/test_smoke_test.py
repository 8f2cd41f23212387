"""The smoke test passes on a deployment that works, finds each part that is broken, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from infra.check_result import Result, State
from infra.smoke import alert_check, smoke_run
from infra.smoke.airflow_api import MwaaApi
from infra.smoke.deployed import find_deployment
from infra.smoke.errors import AirflowRefused, NotDeployed
from infra.smoke.smoke_test import smoke_test
from tests.support.infra.smoke_deployment import DEPLOYED, WORDS, MadeUpDeployment

OTHERS = {"processed/other.wav": b"of somebody else"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the intervals between two looks take no time."""
    monkeypatch.setattr(smoke_run.time, "sleep", lambda _: None)
    monkeypatch.setattr(smoke_run.SmokeRun.wait, "__defaults__", (lambda _: None,))
    monkeypatch.setattr(alert_check.check_alert, "__defaults__", (lambda _: None,))


@pytest.fixture
def deployment() -> MadeUpDeployment:
    """A deployment that works."""
    return MadeUpDeployment()


def results(deployment: MadeUpDeployment, limit: float = 60) -> dict[str, Result]:
    """Run the smoke test and return its results by check."""
    return {result.check: result for result in smoke_test(deployment.client, DEPLOYED, deployment, limit)}


def test_a_deployment_that_works_passes_and_keeps_only_what_it_had(deployment: MadeUpDeployment) -> None:
    checked = results(deployment)
    assert {result.state for result in checked.values()} == {State.OK}
    assert list(checked) == [
        *("upload", "trigger", "run", "transcript", "clip", "report", "asset event", "alert", "removed"),
    ]
    assert checked["transcript"].text == f"“{WORDS}”"
    assert "anna@example.org" in checked["alert"].text
    assert deployment.objects == OTHERS
    assert not deployment.runs
    assert deployment.alarm_states == ["ALARM", "OK"]


class Broken(NamedTuple):
    """A part of the deployment that does not work, and the check that finds it."""

    attribute: str
    value: Any
    check: str
    state: State
    text: str


UNCONFIRMED = {"Endpoint": "bea@example.org", "SubscriptionArn": "PendingConfirmation"}


@pytest.mark.parametrize(
    "broken",
    [
        Broken("run_state", "failed", "run", State.FAILED, "red in no task"),
        Broken("transcript", None, "transcript", State.FAILED, "there is none"),
        Broken("transcript", "seven three", "transcript", State.FAILED, "no word of"),
        Broken("transcript", "open the window please", "transcript", State.WARNING, "instead of"),
        Broken("moves", False, "clip", State.FAILED, "there is no processed/smoke-"),
        Broken("counted", None, "report", State.FAILED, "there is none"),
        Broken("counted", 0, "report", State.FAILED, "counts 0 transcribed files"),
        Broken("events", [], "asset event", State.FAILED, "the run has none"),
        Broken("alarms", [], "alert", State.FAILED, "there is no alarm clinic-airflow-AlarmsRunFailed"),
        Broken("history", [], "alert", State.FAILED, "did nothing"),
        Broken("history", [{"HistorySummary": "Failed to execute"}], "alert", State.FAILED, "Failed to execute"),
        Broken("subscriptions", [], "alert", State.WARNING, "nobody receives it"),
        Broken("subscriptions", [UNCONFIRMED], "alert", State.WARNING, "bea@example.org has not confirmed"),
    ],
    ids=lambda broken: f"{broken.attribute}-{broken.check}",
)
def test_a_broken_part_is_named_and_nothing_is_left(deployment: MadeUpDeployment, broken: Broken) -> None:
    setattr(deployment, broken.attribute, broken.value)
    checked = results(deployment)
    result = checked[broken.check]
    assert result.state is broken.state
    assert broken.text in result.text
    assert result.advice
    assert [name for name, other in checked.items() if other.state is State.FAILED] in ([], [broken.check])
    assert deployment.objects == OTHERS
    assert deployment.alarm_states in ([], ["ALARM", "OK"])


def test_the_action_of_an_earlier_test_does_not_count(deployment: MadeUpDeployment) -> None:
    deployment.history, deployment.earlier_history = [], [{"Timestamp": 1, **deployment.history[0]}]
    alert = results(deployment)["alert"]
    assert (alert.state, alert.text) == (
        State.FAILED,
        "clinic-airflow-AlarmsRunFailed1A2B was set off, and did nothing",
    )


def test_an_alarm_that_is_on_is_ended_first_because_it_acts_on_changes_only(deployment: MadeUpDeployment) -> None:
    deployment.alarms[0]["StateValue"] = "ALARM"
    assert results(deployment)["alert"].state is State.OK
    assert deployment.alarm_states == ["OK", "ALARM", "OK"]


def test_without_mwaa_an_alarm_about_containers_is_set_off(deployment: MadeUpDeployment) -> None:
    """Nothing measures the runs of an Airflow that is not on MWAA."""
    deployment.alarms = [{"AlarmName": "clinic-airflow-AlarmsSystemFailed1A2B", "StateValue": "OK"}]
    elsewhere = replace(DEPLOYED, environment="")
    checked = {result.check: result for result in smoke_test(deployment.client, elsewhere, deployment, 60)}
    assert checked["alert"].state is State.OK
    assert checked["alert"].text.startswith("SystemFailed was set off")


def test_the_red_task_is_named(deployment: MadeUpDeployment) -> None:
    deployment.run_state, deployment.tasks["transcribe"] = "failed", "failed"
    assert "red in transcribe" in results(deployment)["run"].text


def test_a_run_that_does_not_end_is_given_up_and_its_task_is_named(deployment: MadeUpDeployment) -> None:
    deployment.looks_before_the_end = 1_000
    deployment.tasks["transcribe"] = "running"
    checked = results(deployment, limit=60)
    assert "[RUN_TOO_LONG]" in checked["run"].text
    assert "is running in transcribe after 1 minutes" in checked["run"].text
    assert deployment.objects == OTHERS


def test_an_airflow_that_refuses_the_run_is_quoted(deployment: MadeUpDeployment) -> None:
    deployment.airflow_error = "POST /dags/transcribe_audio/dagRuns: 403"
    checked = results(deployment)
    assert "[AIRFLOW_REFUSED] POST /dags/transcribe_audio/dagRuns: 403" in checked["run"].text
    assert deployment.objects == OTHERS


def test_what_cannot_be_removed_is_named(deployment: MadeUpDeployment) -> None:
    deployment.refused_keys = {"output/"}
    checked = results(deployment)
    assert checked["removed"].state is State.FAILED
    assert "open-window-please: Access Denied" in checked["removed"].text


class MwaaClient:
    """A client of MWAA that answers with an error, or with what a test gives."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.arguments = answer, {}  # type: ignore[var-annotated]

    def invoke_rest_api(self, **arguments: Any) -> Any:
        """Answer a request to Airflow's REST API."""
        self.arguments = arguments
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_mwaa_passes_requests_on_to_airflow() -> None:
    client = MwaaClient({"RestApiStatusCode": 200, "RestApiResponse": {"state": "success"}})
    assert MwaaApi(client, "clinic").call("GET", "/dags", query={"limit": "1"}) == {"state": "success"}
    assert client.arguments == {
        "Name": "clinic",
        "Method": "GET",
        "Path": "/dags",
        "QueryParameters": {"limit": "1"},
    }
    client.answer = {"RestApiStatusCode": 204}
    assert MwaaApi(client, "clinic").call("DELETE", "/dags/a/dagRuns/b") == {}


def test_an_error_of_airflow_behind_mwaa_is_quoted() -> None:
    error = ClientError(
        {"Error": {"Code": "RestApiClientException", "Message": ""}, "RestApiResponse": {"detail": "no such DAG"}},  # type: ignore[typeddict-unknown-key]
        "InvokeRestApi",
    )
    with pytest.raises(AirflowRefused, match="no such DAG"):
        MwaaApi(MwaaClient(error), "clinic").call("GET", "/dags/x")


class CloudFormationClient:
    """A client of CloudFormation with the stacks that a test gives: their outputs by name."""

    def __init__(self, stacks: dict[str, dict[str, str]]) -> None:
        self.stacks = stacks

    def describe_stacks(self, **request: Any) -> Any:
        """Describe a stack."""
        name = request["StackName"]
        if name not in self.stacks:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self.stacks[name].items()]
        return {"Stacks": [{"Outputs": outputs}]}


def test_the_outputs_of_the_stacks_describe_the_deployment() -> None:
    airflow = {"AirflowEnvironment": "clinic", "AlertTopic": DEPLOYED.topic}
    stacks = {"clinic-storage": {"AudioBucket": "audio"}, "clinic-airflow": airflow}
    assert find_deployment(lambda _: CloudFormationClient(stacks), "clinic") == DEPLOYED
    del airflow["AirflowEnvironment"]
    assert find_deployment(lambda _: CloudFormationClient(stacks), "clinic") == replace(DEPLOYED, environment="")
    del airflow["AlertTopic"]
    with pytest.raises(NotDeployed, match="no output 'AlertTopic'"):
        find_deployment(lambda _: CloudFormationClient(stacks), "clinic")
    del stacks["clinic-airflow"]
    with pytest.raises(NotDeployed, match=r"no stack clinic-airflow.*make deploy"):
        find_deployment(lambda _: CloudFormationClient(stacks), "clinic")

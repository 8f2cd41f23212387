"""A made-up deployment for the tests of the smoke test: its bucket, its Airflow, its alarm and its topic."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.smoke.deployed import Deployed
from infra.smoke.errors import AirflowRefused
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys, run_name

DEPLOYED = Deployed("clinic", "audio", "clinic", "arn:aws:sns:us-east-1:111122223333:topic")
#: What the clip of the smoke test says.
WORDS = "open window please"


class MadeUpDeployment:
    """A deployment that transcribes at once. A test changes an attribute to break a part of it."""

    def __init__(self) -> None:
        #: The objects in the bucket.
        self.objects: dict[str, bytes] = {"processed/other.wav": b"of somebody else"}
        self.transcript: str | None = f"{WORDS}\n"
        self.moves = True
        self.counted: int | None = 1
        self.run_state = "success"
        self.tasks = {"plan": "success", "transcribe": "success", "report": "success"}
        self.events: list[Mapping[str, Any]] = [{"id": 1}]
        #: How many times Airflow says that the run is at work.
        self.looks_before_the_end = 2
        self.airflow_error = ""
        self.alarms = [{"AlarmName": "clinic-airflow-AlarmsRunFailed1A2B", "StateValue": "OK"}]
        self.alarm_states: list[str] = []
        #: What CloudWatch writes when the alarm is set off, and what it wrote before.
        self.history = [{"HistorySummary": f"Successfully executed action {DEPLOYED.topic}"}]
        self.earlier_history: list[Mapping[str, Any]] = []
        self.subscriptions = [{"Endpoint": "anna@example.org", "SubscriptionArn": "arn:aws:sns:made:up"}]
        self.refused_keys: set[str] = set()
        self.runs: set[str] = set()

    def client(self, service: str) -> Any:
        """Return the client of a service: this object has the methods of all of them."""
        assert service in ("s3", "cloudwatch", "sns")
        return self

    # Airflow
    def call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Answer a request to Airflow's REST API."""
        if self.airflow_error:
            raise AirflowRefused(self.airflow_error)
        if method == "POST":
            assert body is not None
            self._transcribe(body["dag_run_id"], body["conf"]["prefix"])
            return {}
        if method == "DELETE":
            self.runs.discard(path.rpartition("/")[2])
            return {}
        if path == "/assets/events":
            assert query is not None
            return {"asset_events": self.events if query["source_run_id"] in self.runs else []}
        if path.endswith("/taskInstances"):
            return {"task_instances": [{"task_id": task, "state": state} for task, state in self.tasks.items()]}
        self.looks_before_the_end -= 1
        return {"state": "running" if self.looks_before_the_end >= 0 else self.run_state}

    def _transcribe(self, run_id: str, prefix: str) -> None:
        self.runs.add(run_id)
        for key in [key for key in self.objects if key.startswith(f"input/{prefix}")]:
            self.objects[keys.listening_peaks(keys.name_of(key))] = b"{}"
            if self.transcript is not None:
                self.objects[keys.transcript(keys.name_of(key))] = self.transcript.encode()
            if self.moves:
                self.objects[keys.processed(key)] = self.objects.pop(key)
        if self.counted is not None:
            report = RunKeys(run_name(run_id)).report
            self.objects[report] = json.dumps({"transcribed": self.counted}).encode()

    # S3
    def upload_file(self, file: str, bucket: str, key: str) -> None:
        """Upload a file."""
        assert bucket == DEPLOYED.bucket
        self.objects[key] = Path(file).read_bytes()

    def get_object(self, **request: Any) -> Mapping[str, Any]:
        """Return an object."""
        if request["Key"] not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "made up"}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[request["Key"]])}

    def get_paginator(self, operation: str) -> MadeUpDeployment:
        """Return the paginator of ListObjectVersions."""
        assert operation == "list_object_versions"
        return self

    def paginate(self, **request: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the objects with a prefix on one page."""
        versions = [{"Key": key, "VersionId": "1"} for key in self.objects if key.startswith(request["Prefix"])]
        yield {"Versions": versions} if versions else {}

    def delete_objects(self, **request: Any) -> Mapping[str, Any]:
        """Delete objects, apart from those that S3 refuses to delete."""
        keys_to_delete = [entry["Key"] for entry in request["Delete"]["Objects"]]
        for key in keys_to_delete:
            if not key.startswith(tuple(self.refused_keys)):
                del self.objects[key]
        refused = [key for key in keys_to_delete if key in self.objects]
        return {"Errors": [{"Key": key, "Message": "Access Denied"} for key in refused]}

    # CloudWatch and SNS
    def describe_alarms(self, **request: Any) -> Mapping[str, Any]:
        """Return the alarms with a prefix."""
        prefix = request["AlarmNamePrefix"]
        return {"MetricAlarms": [alarm for alarm in self.alarms if alarm["AlarmName"].startswith(prefix)]}

    def set_alarm_state(self, **request: Any) -> None:
        """Set off an alarm, or end its state."""
        self.alarm_states.append(request["StateValue"])

    def describe_alarm_history(self, **_: Any) -> Mapping[str, Any]:
        """Return the actions of the alarm."""
        new = self.history if "ALARM" in self.alarm_states else []
        return {"AlarmHistoryItems": [*new, *self.earlier_history][:1]}

    def list_subscriptions_by_topic(self, **request: Any) -> Mapping[str, Any]:
        """Return the subscriptions of the topic."""
        assert request["TopicArn"] == DEPLOYED.topic
        return {"Subscriptions": self.subscriptions}

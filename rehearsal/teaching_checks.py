"""The checks of a deployment with the setting `teaching`: its job definition, the role of the job, and `teach_model`.

Each function raises StackError if a check fails. The message says what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra import job
from local import runs
from local.aws_client import REGION
from local.paths import DEMO_CLIPS, DEMO_MODEL
from rehearsal.checks import check
from rehearsal.rehearsal import Rehearsal
from rehearsal.rehearsed_deployment import RehearsedDeployment
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys, run_name

_DAG, _EVALUATING_DAG = "teach_model", "evaluate_models"
#: The set, and the folder of the model that is taught.
_SET, _BASE = "anna", "base"
#: Longest duration of a dry run, in seconds. It usually takes ten.
_RUN_LIMIT = 120.0


def check_teach_job(rehearsal: Rehearsal, deployment: RehearsedDeployment) -> None:
    """Check that Airflow's options name the job definition of the trainer, and that its role may do its work only."""
    options = deployment.environment()["AirflowConfigurationOptions"]
    name = options.get("transcription.teach_job_definition")
    check(name is not None, "Airflow's options name no job definition for teachings.")
    batch = deployment.client("batch")
    definitions = batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
    check(len(definitions) == 1, f"There are {len(definitions)} job definitions {name}.")
    [definition] = definitions
    container = definition["containerProperties"]
    _check_image(rehearsal, deployment, container["image"])
    expected = {
        "command": job.teach_command(deployment.bucket),
        "environment": job.teach_environment(REGION),
        "resources": {"VCPU": str(job.TEACH_VCPUS), "MEMORY": str(job.TEACH_MEMORY)},
        "attempts": job.TEACH_RETRY_STRATEGY["attempts"],
        "read-only": True,
        "user": "65534:65534",
    }
    deployed = {
        "command": container["command"],
        "environment": {entry["name"]: entry["value"] for entry in container["environment"]},
        "resources": {entry["type"]: entry["value"] for entry in container["resourceRequirements"]},
        "attempts": definition["retryStrategy"]["attempts"],
        "read-only": container["readonlyRootFilesystem"],
        "user": container["user"],
    }
    check(deployed == expected, f"The job definition {name} has {deployed}, and should have {expected}.")
    _check_role(deployment, container["jobRoleArn"])


def _check_image(rehearsal: Rehearsal, deployment: RehearsedDeployment, image: str) -> None:
    repository, _, tag = image.partition("/")[2].rpartition(":")
    dockerfile = rehearsal.dockerfiles(deployment.name).get(tag)
    check(dockerfile == "trainer_image/Dockerfile", f"The image of a teaching is built from {dockerfile}.")
    found = deployment.client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    check(bool(found["imageDetails"]), f"{image} was not pushed.")


def _check_role(deployment: RehearsedDeployment, role: str) -> None:
    s3 = deployment.client_of_role(role, "s3")
    bucket, checkpoint = deployment.bucket, f"{RunKeys('run').checkpoints}training.npz"
    calls: Mapping[str, tuple[bool, Callable[[], Any]]] = {
        "list a set": (True, lambda: s3.list_objects_v2(Bucket=bucket, Prefix=keys.teaching_set(_SET))),
        "write a checkpoint": (True, lambda: s3.put_object(Bucket=bucket, Key=checkpoint)),
        "read a checkpoint": (True, lambda: s3.get_object(Bucket=bucket, Key=checkpoint)),
        "delete a checkpoint": (True, lambda: s3.delete_object(Bucket=bucket, Key=checkpoint)),
        "write a transcript": (False, lambda: s3.put_object(Bucket=bucket, Key=keys.transcript("a"))),
        "change the model in use": (False, lambda: s3.put_object(Bucket=bucket, Key=keys.DEFAULT_MODEL)),
    }
    for what, (is_right, call) in calls.items():
        try:
            call()
            is_allowed = True
        except ClientError:
            is_allowed = False
        check(is_allowed == is_right, f"The role of a teaching may {'' if is_allowed else 'not '}{what}.")


def check_dry_run(rehearsal: Rehearsal, deployment: RehearsedDeployment) -> None:
    """Check that a dry run of `teach_model` in the deployed Airflow freezes its order and submits no job."""
    _upload(deployment)
    refused_before = rehearsal.refused_requests()
    with rehearsal.airflow(deployment) as airflow, airflow.client() as client:
        dags = {dag["dag_id"] for dag in client.get("/dags").raise_for_status().json()["dags"]}
        check({_DAG, _EVALUATING_DAG} <= dags, f"Airflow does not have the DAGs of teaching; it has {dags}.")
        with rehearsal.step("a dry run of teach_model"):
            wanted = {"what": "both", "set_name": _SET, "base": _BASE, "dry_run": True}
            run = runs.wait(client, runs.trigger(client, wanted, _DAG), limit=_RUN_LIMIT, dag_id=_DAG)
    refused = [line for line in rehearsal.refused_requests() if line not in refused_before]
    check(not refused, "IAM refused requests of a dry run.", *refused)
    states = {"check": "success", "teach": "skipped", "decide": "skipped", "report": "skipped"}
    check((run.state, run.tasks) == ("success", states), f"The dry run is {run.state}, and its tasks are {run.tasks}.")
    order_key = RunKeys(run_name(run.run_id)).teaching("order.json")
    order = json.loads(deployment.s3.get_object(Bucket=deployment.bucket, Key=order_key)["Body"].read())
    check({name: order[name] for name in wanted} == wanted, f"The order is {order}.")


def _upload(deployment: RehearsedDeployment) -> None:
    """Upload a set of one recording, and the base model."""
    texts = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    name = next(iter(texts))
    text_key = f"{keys.teaching_set(_SET)}{name.removesuffix('.wav')}.txt"
    deployment.s3.upload_file(str(DEMO_CLIPS / name), deployment.bucket, f"{keys.teaching_set(_SET)}{name}")
    deployment.s3.put_object(Bucket=deployment.bucket, Key=text_key, Body=texts[name].encode())
    for file in ("demo.pbmm", "demo.scorer"):
        deployment.s3.upload_file(str(DEMO_MODEL / file), deployment.bucket, f"{keys.model(_BASE)}{file}")

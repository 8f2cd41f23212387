"""A rehearsal: a local AWS account, a copy of the checkout, and the steps to deploy and use a deployment."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from infra.check_result import Result
from infra.smoke.deployed import find_deployment
from infra.smoke.plain_airflow_api import PlainAirflowApi
from infra.smoke.smoke_test import smoke_test
from local import processes, runs
from local.airflow import Airflow
from local.paths import DEMO_CLIPS
from local.stack import start_aws
from rehearsal.cdk import Cdk
from rehearsal.checkout import copy_checkout
from rehearsal.rehearsed_deployment import RehearsedDeployment
from standin.execution.container_engine import find_engine, remove_images
from standin.iam import REFUSED
from transcription.contract import keys

#: Settings of the deployments: the demo model, and shards so small that a job has two children.
CONTEXT: Mapping[str, str] = {
    "image_model": "demo",
    "transcription": json.dumps({"audio_minutes_per_child": "0.05", "max_children": "2", "poll_seconds": "1"}),
}
#: Longest duration of a run, in seconds. A run usually takes 30 seconds.
_RUN_LIMIT = 240.0


class Rehearsal:
    """A local AWS account and the deployments in it. A context manager: the account ends with the block.

    Args:
        state: Folder for all files. It is emptied first.
        runner: How jobs run: `container` with the image that was built and pushed, `process` without an image.
        console: Receives a line for each step.
        edit: Changes the copy of the checkout, whose folder it is given, before anything is deployed.
    """

    def __init__(
        self,
        state: Path,
        runner: str,
        console: Console,
        edit: Callable[[Path], None] = lambda checkout: None,
    ) -> None:
        self.state, self.runner = state.resolve(), runner
        self.checkout = self.state / "checkout"
        self._console, self._edit = console, edit
        self._synthesized: dict[str, Path] = {}
        self._engine: str | None = None
        self.endpoint = ""
        self.cdk: Cdk

    def __enter__(self) -> Rehearsal:
        for folder in (self.state, *self.state.glob("*/")):  # end processes that an aborted rehearsal left running
            processes.end(folder)
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        copy_checkout(self.checkout)
        self._edit(self.checkout)
        self.endpoint = start_aws(self.state, self.runner, ["roles", "deployments"])
        self._engine = find_engine() if self.runner == "container" else None
        self.cdk = Cdk(self.checkout, self.state, self.endpoint, self._engine)
        self._create_spot_role()
        return self

    def __exit__(self, *_: object) -> None:
        processes.end(self.state)
        if self._engine:
            remove_images(self._engine, self.endpoint.removeprefix("http://"))

    def deploy(self, name: str, settings: Mapping[str, str] | None = None) -> RehearsedDeployment:
        """Run the CDK on the present files of the copied checkout, and return the resulting deployment.

        Args:
            name: The name of the deployment.
            settings: Settings that differ from `CONTEXT`.
        """
        out = self.state / "cdk.out" / name
        with self.step(f"cdk synth, {name}"):
            self.cdk.synthesize({**CONTEXT, "name": name, **(settings or {})}, out)
        self._synthesized[name] = out
        with self.step(f"MWAA's own rules, {name}"):
            self.cdk.check_rules(out)
        with self.step(f"preflight, {name}"):
            self.cdk.preflight(out)
        with self.step(f"cdk deploy --all, {name}"):
            self.cdk.deploy(out)
        return RehearsedDeployment(name, self.endpoint)

    def dockerfiles(self, name: str) -> dict[str, str]:
        """Return the Dockerfiles of the images of the deployment `name`, by the tag of the image."""
        images: dict[str, str] = {}
        for manifest in self._synthesized[name].glob("*.assets.json"):
            for tag, image in json.loads(manifest.read_text()).get("dockerImages", {}).items():
                images[tag] = image["source"]["dockerFile"]
        return images

    def destroy(self, name: str) -> None:
        """Destroy the deployment `name` with the CDK."""
        with self.step(f"cdk destroy --all, {name}"):
            self.cdk.destroy(self._synthesized[name])

    @contextmanager
    def airflow(self, deployment: RehearsedDeployment) -> Iterator[Airflow]:
        """Run an Airflow that has only the DAGs, plugins, settings and role of the deployment, until the block ends."""
        state = self.state / deployment.name
        try:
            with self.step("Airflow, with DAGs, plugins, settings and role of the deployment"):
                deployed = deployment.download(state / "deployed")
                airflow = Airflow(state, self.endpoint, version=deployment.airflow_version(), deployed=deployed)
                airflow.start()
            yield airflow
        finally:
            processes.end(state)

    def transcribe(self, deployment: RehearsedDeployment, airflow: Airflow) -> runs.Run:
        """Upload the clips to the audio bucket, trigger the DAG, and wait for the end of the run.

        Returns:
            The run, which succeeded or failed.
        """
        with self.step("a run"), airflow.client() as client:
            for clip in sorted(DEMO_CLIPS.glob("*.wav")):
                deployment.s3.upload_file(str(clip), deployment.bucket, f"{keys.INPUT_FOLDER}{clip.name}")
            return runs.wait(client, runs.trigger(client), limit=_RUN_LIMIT)

    def smoke_test(self, deployment: RehearsedDeployment, airflow: Airflow) -> list[Result]:
        """Run the smoke test, which `make smoke` runs in AWS, and return its results."""
        with self.step("make smoke"):
            deployed = find_deployment(deployment.client, deployment.name)
            return list(
                smoke_test(deployment.client, deployed, PlainAirflowApi(airflow.url, airflow.token()), _RUN_LIMIT)
            )

    def _create_spot_role(self) -> None:
        """Create the role that Spot machines need, as the preflight tells people to do once in an account."""
        iam = RehearsedDeployment("", self.endpoint).client("iam")
        iam.create_service_linked_role(AWSServiceName="spot.amazonaws.com")

    def refused_requests(self) -> list[str]:
        """Return the log lines about requests that IAM refused, without repetitions."""
        lines = (self.state / "logs" / "aws.log").read_text(errors="replace").splitlines()
        return list(dict.fromkeys(line for line in lines if line.startswith(REFUSED)))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Print the name and the duration of a step when the block ends without an error."""
        started = time.monotonic()
        yield
        self._console.print(f"  {time.monotonic() - started:5.1f} s  {name}", markup=False)

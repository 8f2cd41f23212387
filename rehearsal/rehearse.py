"""The rehearsal itself: what people do with a deployment from its first day to its last."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from local import child_logs, processes, runs
from local.airflow import Airflow
from local.errors import StackError
from local.paths import DEMO_CLIPS
from local.stack import start_aws
from rehearsal.cdk import Cdk
from rehearsal.checkout import copy_checkout
from rehearsal.deployment import Deployment
from standin.execution.container_engine import find_engine, remove_images
from standin.iam import REFUSED
from transcription.contract import keys

#: Settings as people give them: the small model, and several children although there is little audio.
CONTEXT: Mapping[str, str] = {
    "image_model": "demo",
    "transcription": json.dumps({"audio_minutes_per_child": "0.05", "max_children": "2", "poll_seconds": "1"}),
}
#: How long a run may take, in seconds. It takes 30.
_RUN_LIMIT = 240.0


class Rehearsal:
    """One local account with deployments in it, all below `state`.

    `runner` runs jobs: `container` with the image that was built and pushed, `process` without any. `edit` may change
    the copy of the checkout that is deployed.
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
        for each in (self.state, *self.state.glob("*/")):  # what a rehearsal that was killed left
            processes.end(each)
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        copy_checkout(self.checkout)
        self._edit(self.checkout)
        self.endpoint = start_aws(self.state, self.runner, ["roles", "deployments"])
        self._engine = find_engine() if self.runner == "container" else None
        self.cdk = Cdk(self.checkout, self.state, self.endpoint, self._engine)
        return self

    def __exit__(self, *_: object) -> None:
        processes.end(self.state)
        if self._engine:
            remove_images(self._engine, self.endpoint.removeprefix("http://"))

    def deploy(self, name: str) -> Deployment:
        """Synthesize the checkout as it is now, and deploy it."""
        out = self.state / "cdk.out" / name
        with self.step(f"cdk synth, {name}"):
            self.cdk.synthesize({**CONTEXT, "name": name}, out)
        self._synthesized[name] = out
        with self.step(f"MWAA's own rules, {name}"):
            self.cdk.check_rules(out)
        with self.step(f"cdk deploy --all, {name}"):
            self.cdk.deploy(out)
        return Deployment(name, self.endpoint)

    def destroy(self, name: str) -> None:
        """Remove a deployment."""
        with self.step(f"cdk destroy --all, {name}"):
            self.cdk.destroy(self._synthesized[name])

    @contextmanager
    def airflow(self, deployment: Deployment) -> Iterator[Airflow]:
        """An Airflow with the DAGs, plugins, settings and role that were deployed, and with nothing else."""
        state = self.state / deployment.name
        try:
            with self.step("Airflow, with DAGs, plugins, settings and role of the deployment"):
                deployed = deployment.take(state / "taken")
                airflow = Airflow(state, self.endpoint, version=deployment.version(), deployed=deployed)
                airflow.start()
            yield airflow
        finally:
            processes.end(state)

    def transcribe(self, deployment: Deployment, airflow: Airflow) -> runs.Run:
        """Upload the clips to the deployed bucket and trigger the DAG.

        Returns:
            The run, green or red, once it has ended.
        """
        with self.step("a run"), airflow.client() as client:
            for clip in sorted(DEMO_CLIPS.glob("*.wav")):
                deployment.s3.upload_file(str(clip), deployment.bucket, f"{keys.INPUT_FOLDER}{clip.name}")
            return runs.wait(client, runs.trigger(client), limit=_RUN_LIMIT)

    def refusals(self) -> list[str]:
        """What roles were not allowed to do, each once."""
        lines = (self.state / "logs" / "aws.log").read_text(errors="replace").splitlines()
        return list(dict.fromkeys(line for line in lines if line.startswith(REFUSED)))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what is done, and how long it took."""
        started = time.monotonic()
        yield
        self._console.print(f"  {time.monotonic() - started:5.1f} s  {what}", markup=False)


def rehearse(state: Path, console: Console) -> None:
    """Deploy two deployments beside each other, transcribe with one, change a plugin, destroy both.

    Raises:
        StackError: something is not as it should be; the message says what.
    """
    runner = "container" if find_engine() else "process"
    if runner == "process":
        console.print("Neither docker nor podman answers: no image is built, and jobs run as processes.")
    started = time.monotonic()
    with Rehearsal(state, runner, console) as rehearsal:
        with rehearsal.step("cdk bootstrap"):
            rehearsal.cdk.bootstrap()
        first = rehearsal.deploy("first")
        second = rehearsal.deploy("second")
        with rehearsal.airflow(first) as airflow:
            check_plugins(airflow)
            run = rehearsal.transcribe(first, airflow)
        check_run(rehearsal, first, run)
        _check(not second.objects(), "Audio of one deployment is in the other one's bucket.")
        check_plugin_update(rehearsal, first)
        check_destroyed(rehearsal, first)
        _check(second.environment()["Status"] == "AVAILABLE", "Destroying one deployment took the other one along.")
        rehearsal.destroy("second")
    console.print(f"All of it took {time.monotonic() - started:.0f} s. Logs: {state / 'logs'}", soft_wrap=True)


def check_run(rehearsal: Rehearsal, deployment: Deployment, run: runs.Run) -> None:
    """The run is green, no role wanted more than it may, each clip's words are there, and each clip was moved."""
    red, refusals = [task for task, state in run.tasks.items() if state == "failed"], rehearsal.refusals()
    _check(
        run.state == "success",
        f"The run is red in {', '.join(red)}.",
        *refusals,
        *child_logs.last_lines(rehearsal.state),
    )
    _check(not refusals, "The run is green, but something was refused.", *refusals)
    said = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    for name, words in said.items():
        key = keys.transcript(name.removesuffix(".wav"))
        text = deployment.s3.get_object(Bucket=deployment.bucket, Key=key)["Body"].read().decode()
        _check(text == f"{words}\n", f"{name} says {words!r}, and its transcript {text!r}.")
    there = set(deployment.objects())
    moved = {f"{keys.PROCESSED_FOLDER}{name}" for name in said}
    _check(moved <= there, f"Not moved: {', '.join(sorted(moved - there))}.")
    _check(not any(key.startswith(keys.INPUT_FOLDER) for key in there), "Audio is left in input/.")


def check_plugin_update(rehearsal: Rehearsal, deployment: Deployment) -> None:
    """A changed plugin makes a new version of the plugins and of nothing else."""
    before = deployment.state()
    plugin = rehearsal.checkout / "plugins" / "bucket_pages.py"
    plugin.write_text(f"{plugin.read_text()}\n# Changed by the rehearsal.\n")
    rehearsal.deploy(deployment.name)
    after = deployment.state()
    _check(after.plugins != before.plugins, "A changed plugin was not deployed.")
    for what in ("dags", "requirements", "job_definition", "options"):
        _check(
            getattr(after, what) == getattr(before, what),
            f"Only a plugin changed, but so did {what}: from {getattr(before, what)} to {getattr(after, what)}.",
        )


def check_destroyed(rehearsal: Rehearsal, deployment: Deployment) -> None:
    """Audio and transcripts stay, all else goes."""
    before, bucket = deployment.objects(), deployment.bucket
    rehearsal.destroy(deployment.name)
    _check(deployment.objects() == before, "Destroying the deployment took audio or transcripts along.")
    left = [each for each in deployment.left() if each != f"bucket {bucket}"]
    _check(not left, f"Destroyed, but still there: {', '.join(left)}.")


def check_plugins(airflow: Airflow) -> None:
    """Airflow has loaded the plugin that was deployed."""
    with airflow.client() as client:
        names = [each["name"] for each in client.get("/plugins").raise_for_status().json()["plugins"]]
    _check("bucket_pages" in names, f"Airflow does not load the deployed plugin; it has {names}.")


def _check(is_right: bool, *message: str) -> None:
    if not is_right:
        raise StackError("\n".join(message))

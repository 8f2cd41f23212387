"""The real image of the trainer, with the restrictions of production: it works, and teaches as a Batch job."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soundfile

from infra import job
from local import processes
from local.aws_client import batch_client, s3_client
from local.image import build_trainer_image
from local.paths import DEMO_CLIPS, DEMO_MODEL
from local.resources import BUCKET, QUEUE, TEACH_JOB_DEFINITION, TRAINER_IMAGE, create_resources
from local.stack import start_aws
from standin.execution.container_engine import find_engine
from tests.support.standin.standin_server import wait_for
from transcription.contract import keys, records
from transcription.contract.run_keys import RunKeys
from transcription.contract.teaching import SOUND, WORDS, TeachingOrder, TeachingOutcome

ENGINE = find_engine()
pytestmark = pytest.mark.skipif(ENGINE is None, reason="no container engine answers here: neither docker nor podman")

#: The base model and the name of the new model's folder.
BASE, NAME = "demo", "court"


@pytest.fixture(scope="module")
def image() -> str:
    """Build the image, and return its name."""
    build_trainer_image()
    return TRAINER_IMAGE


def run(image: str, *command: str) -> str:
    """Run a command in a container that has no network, a read-only root and no rights. Return what it printed."""
    assert ENGINE is not None
    locked = ["--network=none", "--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges"]
    line = [ENGINE, "run", "--rm", f"--memory={job.TEACH_MEMORY}m", *locked, image, *command]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_container_can_tell_by_itself_whether_it_works(image: str) -> None:
    assert run(image, "python", "-m", "trainer.job", "--self-test").splitlines()[-1] == "yes start play next"


def test_nobody_in_the_container_is_root_and_the_first_process_hands_signals_on(image: str) -> None:
    code = "import os, pathlib; print(os.getuid(), pathlib.Path('/proc/1/cmdline').read_text().split('\\0')[0])"
    assert run(image, "python", "-c", code) == "65534 /opt/venv/bin/dumb-init\n"


def test_each_program_has_its_version_of_python(image: str) -> None:
    code = "import sys; print(*sys.version_info[:2])"
    script = f"python -c '{code}'; $TRANSCRIBER_PYTHON -c '{code}'"
    assert run(image, "sh", "-c", script) == "3 12\n3 9\n"


def test_no_compiler_and_no_cache_of_the_build_is_left(image: str) -> None:
    script = """
for tool in g++ gcc cc make uv; do command -v $tool; done
find /opt/venv /opt/trainer -maxdepth 5 -name pip
ls -d /opt/kenlm/*.gz /root/.cache /var/lib/apt/lists/*_* 2>/dev/null
"""
    assert run(image, "sh", "-c", f"{script}true") == ""


@pytest.mark.parametrize(
    ("python", "modules"),
    [("python", "trainer.job.command"), ("$TRANSCRIBER_PYTHON", "recogniser.__main__, bucket_access.__main__")],
)
def test_no_process_compiles_the_program_at_its_start(image: str, python: str, modules: str) -> None:
    packages = ("trainer", "recogniser", "bucket_access", "transcriber", "transcription")
    code = f"""
import os, sys
import {modules}
names = {{name: module for name, module in sys.modules.items() if name.split(".")[0] in {packages}}}
assert names
print([name for name, module in names.items() if not os.path.exists(module.__spec__.cached)])
"""
    assert run(image, "sh", "-c", f'{python} -c "$1"', "sh", code) == "[]\n"


@pytest.fixture(scope="module")
def endpoint(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the URL of a local AWS whose jobs run in containers, with a model to teach in its bucket."""
    assert image
    state = tmp_path_factory.mktemp("aws")
    endpoint = start_aws(state, "container")
    create_resources(endpoint, container=True)
    for name in ("demo.pbmm", "demo.scorer", "model.json"):
        s3_client(endpoint).upload_file(str(DEMO_MODEL / name), BUCKET, f"{keys.model(BASE)}{name}")
    yield endpoint
    processes.end(state)


def teach(
    endpoint: str, what: str, files: dict[str, bytes], others: dict[str, bytes] | None = None
) -> tuple[TeachingOutcome, Any]:
    """Upload a set and perhaps one with speech of others, teach in a Batch job, and return the outcome and the job."""
    s3, batch = s3_client(endpoint), batch_client(endpoint)
    others_set = "visitors" if others else ""
    order = TeachingOrder(
        f"teach-{what}", "2026-11-22T01:00:07+00:00", what, BASE, NAME, what, others_set, heard_minutes=1.0
    )
    run_keys = RunKeys(order.run)
    for set_name, content in ((order.set_name, files), (others_set, others or {})):
        for name, data in content.items():
            s3.put_object(Bucket=BUCKET, Key=f"{keys.teaching_set(set_name)}{name}", Body=data)
    s3.put_object(Bucket=BUCKET, Key=run_keys.teaching("order.json"), Body=records.dump(order))
    submitted = batch.submit_job(
        jobName=order.run, jobQueue=QUEUE, jobDefinition=TEACH_JOB_DEFINITION, parameters={"run": order.run}
    )

    def ended() -> Any:
        (job,) = batch.describe_jobs(jobs=[submitted["jobId"]])["jobs"]
        return job if job["status"] in ("SUCCEEDED", "FAILED") else None

    ended_job = wait_for(ended, f"the end of the teaching of {what}", 300)
    assert ended_job["status"] == "SUCCEEDED", ended_job
    data = s3.get_object(Bucket=BUCKET, Key=run_keys.teaching("outcome.json"))["Body"].read()
    return records.load(TeachingOutcome, data, "outcome"), ended_job


def test_a_batch_job_teaches_words_in_the_image(endpoint: str) -> None:
    outcome, ended_job = teach(endpoint, WORDS, {"streets.txt": b"mill lane\nbishops gate\nstart mill lane please\n"})
    assert ended_job["container"]["image"] == TRAINER_IMAGE
    assert (outcome.verdict, outcome.model) == ("NOT_MEASURED", "court-1")
    objects = s3_client(endpoint).list_objects_v2(Bucket=BUCKET, Prefix=keys.model(outcome.model))["Contents"]
    assert {"court-1.pbmm", "model.json"} < {entry["Key"].rpartition("/")[2] for entry in objects}


def joined_clips(texts: dict[str, str]) -> dict[str, bytes]:
    """Return each clip with the next one after it, and the texts. Of the single clips, none is for the verdict."""
    names, files = list(texts), {}
    for first, second in zip(names, names[1:] + names[:1], strict=True):
        clips = [soundfile.read(DEMO_CLIPS / name, dtype="int16") for name in (first, second)]
        recording = io.BytesIO()
        soundfile.write(recording, np.concatenate([samples for samples, _ in clips]), clips[0][1], format="WAV")
        files[first] = recording.getvalue()
        files[first.replace(".wav", ".txt")] = f"{texts[first]} {texts[second]}".encode()
    return files


def test_a_batch_job_teaches_sound_in_the_image(endpoint: str) -> None:
    """There is too little to judge a model by: nothing that was learned is used."""
    texts = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    files = {name: (DEMO_CLIPS / name).read_bytes() for name in texts}
    files |= {name.replace(".wav", ".txt"): text.encode() for name, text in texts.items()}
    outcome, _ = teach(endpoint, SOUND, files, others=joined_clips(texts))
    assert (outcome.is_better, outcome.model, outcome.base) == (False, "", BASE)
    assert outcome.word_error_rates.keys() >= {"espeak-ng", "others"}

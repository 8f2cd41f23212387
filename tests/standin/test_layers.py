"""The demo's stand-in is plain AWS: it loads no layer, and says how to get one."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError

import pytest

from local import processes
from local.stack import start_aws
from tests.support.standin.standin_server import LocalAws, make_batch

#: The rooms that the demo does without. `standin.iam` is the name of the folder, `standin.deployments` that of a file.
LAYERS = (
    "standin.faults",
    "standin.iam",
    "standin.cloudformation",
    "standin.mwaa",
    "standin.ecr",
    "standin.deployments",
)


def loaded_modules(log: str) -> set[str]:
    """The modules in the output of Python's `-X importtime`."""
    return set(re.findall(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", log, re.MULTILINE))


def test_the_demo_s_stand_in_loads_no_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")  # as `-X importtime`
    try:
        aws = LocalAws(None, tmp_path, start_aws(tmp_path))
        batch = make_batch(aws)
        assert batch.ends(batch.submit(["true"]))["status"] == "SUCCEEDED"
        aws.client("s3").create_bucket(Bucket="bucket")
        aws.client("s3").delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "missing"}]})
        aws.client("sns").create_topic(Name="t")
    finally:
        processes.end(tmp_path)
    modules = loaded_modules((tmp_path / "logs" / "aws.log").read_text())
    assert "standin.server.application" in modules
    assert {name for name in modules if name.startswith(LAYERS)} == set()
    assert {name.partition(".")[0] for name in modules} & {"local", "rehearsal", "infra", "transcription"} == set()


def test_a_stand_in_without_faults_says_which_option_it_lacks(start_aws: Callable[..., LocalAws]) -> None:
    with pytest.raises(HTTPError) as error:
        urllib.request.urlopen(f"{start_aws().endpoint}/_faults")  # noqa: S310  (its own server)
    assert error.value.code == 404
    assert "--faults" in error.value.read().decode()

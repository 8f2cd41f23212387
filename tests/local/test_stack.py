"""The choices of `make demo` and `make up` that the stack accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import stack
from local.errors import StackError
from local.resources import TEACH_JOB_DEFINITION
from local.stack import Stack


def test_an_unknown_version_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"^AIRFLOW=2\.10\.4 is not known; use one of: 3\.0\.6, 3\.2\.1, 3\.3\.1\.$"):
        Stack(tmp_path, version="2.10.4")


@pytest.mark.parametrize(
    ("runner", "settings", "built"),
    [
        ("process", {"teach_job_definition": TEACH_JOB_DEFINITION}, []),
        ("container", {}, ["transcriber"]),
        ("container", {"teach_job_definition": TEACH_JOB_DEFINITION}, ["transcriber", "trainer"]),
    ],
)
def test_containers_have_the_image_of_each_kind_of_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runner: str, settings: dict[str, str], built: list[str]
) -> None:
    images: list[str] = []
    monkeypatch.setattr(stack, "build_image", lambda: images.append("transcriber"))
    monkeypatch.setattr(stack, "build_trainer_image", lambda: images.append("trainer"))

    def stop(*_: object) -> str:
        raise StackError("no more is needed")

    monkeypatch.setattr(stack, "start_aws", stop)
    with pytest.raises(StackError, match="no more is needed"):
        Stack(tmp_path / "state", runner, settings=settings).start()
    assert images == built

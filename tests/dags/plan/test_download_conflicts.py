"""Transcripts that cannot be downloaded together, because one has the name of another one's folder."""

from __future__ import annotations

import logging
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import RUN, upload_all
from transcription.contract import keys
from transcription.contract.manifest import Item
from transcription.contract.options import FORMATS
from transcription.plan.download_conflicts import find_conflicts
from transcription.plan.request_reader import read_request
from transcription.plan.run_planning import plan_run
from transcription.plan.trigger_form import PARAMS

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "using.md"


def conflicts(*names: str) -> list[str]:
    return find_conflicts(Item(number, name, "etag", 1) for number, name in enumerate(names))


@pytest.mark.parametrize(
    ("recording", "inside"),
    [
        ("input/talk.wav", "input/talk/part1.wav"),
        ("input/a/talk.wav", "input/a/talk/b/c/part1.wav"),
        ("input/talk.wav", "input/talk.json/part1.wav"),
        ("input/talk.wav", "input/talk.srt/part1.wav"),
    ],
)
def test_a_recording_with_the_name_of_a_folder_is_found(recording: str, inside: str) -> None:
    assert conflicts(recording, inside, "input/other.wav") == [recording]


def test_other_names_are_no_conflict() -> None:
    assert conflicts("input/talk.wav", "input/talk2/part1.wav", "input/a/talk/part1.wav", "input/talk.x/a.wav") == []


def test_the_plan_takes_both_recordings_and_warns(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    upload_all(deployment.bucket, "input/talk.wav", "input/talk/part1.wav")
    request = read_request({name: param.value for name, param in PARAMS.items()}, deployment.settings)
    with caplog.at_level(logging.WARNING):
        plan = plan_run(deployment.bucket, RUN, request, deployment.settings)
    assert plan
    assert plan.files == 2
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "'input/talk.wav'" in warning
    assert "part1" not in warning
    assert "docs/using.md" in warning
    assert plan.warnings == (warning,)


def test_the_documented_download_leaves_out_the_files_that_conflict(tmp_path: Path) -> None:
    """Filter the keys as `aws s3 sync` does, where the last filter that matches counts, and write the files."""
    (command,) = re.findall(
        r"^aws s3 sync s3://\{AudioBucket\}/output/ .*--exclude(?:.*\\\n)*.*$", GUIDE.read_text(), re.M
    )
    filters = re.findall(r"--(exclude|include) '([^']+)'", command)
    names = ("talk", "talk/part1")
    written = {f(name) for name in names for f in (keys.transcript, keys.transcript_json)}
    written |= {keys.format_file(name, suffix) for name in names for suffix in FORMATS}
    for key in written:
        decisions = [kind for kind, pattern in filters if fnmatch(key.removeprefix("output/"), pattern)]
        if decisions[-1] == "include":
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_text(key)
    downloaded = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert downloaded == written - {"output/talk", "output/talk/part1"}

"""`make teach BUCKET=name`: what is taught comes from the bucket, and a model that is better goes there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trainer import bucket_process, command
from trainer.errors import BucketFailed
from trainer.teaching import TeachingRequest


@dataclass
class Teaching:
    """The command with a fake bucket, and with a fake teaching."""

    folder: Path
    is_used: bool = True
    #: The requests to the bucket, and those to the teaching.
    bucket: list[Mapping[str, str]] = field(default_factory=list)
    taught: list[TeachingRequest] = field(default_factory=list)

    def answer(self, request: Mapping[str, str]) -> dict[str, Any]:
        """Answer as `bucket_access` does."""
        self.bucket.append(request)
        if request["task"] == "store":
            return {"place": f"s3://{request['bucket']}/models/{request['name']}/"}
        return {"audio": "copy/speech", "base": "copy/models/mine-1", "models": ["mine-1", "mine-2"]}

    def teach(self, request: TeachingRequest, _: object) -> Any:
        """Keep the request, and return a report."""
        self.taught.append(request)
        return SimpleNamespace(
            as_markdown=lambda: "# report", decision=SimpleNamespace(is_used=self.is_used, verdict="")
        )


@pytest.fixture
def teaching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teaching:
    """Return the command with fakes, in a folder of its own."""
    teaching = Teaching(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bucket_process, "_run", teaching.answer)
    monkeypatch.setattr(command, "teach", teaching.teach)
    for name in ("AUDIO", "WORDS", "TEACH", "BASE", "OUT", "TEST", "OTHERS", "BUCKET", "SET"):
        monkeypatch.delenv(name, raising=False)
    return teaching


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["trainer", *arguments])
    return command.main()


def test_a_better_model_is_stored_under_the_next_free_name(
    teaching: Teaching, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (teaching.folder / "models/mine-3").mkdir(parents=True)
    assert run(monkeypatch, "--bucket", "audio", "--set", "anna") == 0
    (request,) = teaching.taught
    assert (request.audio, request.base) == (Path("copy/speech"), Path("copy/models/mine-1"))
    assert request.out == Path("models/mine-4")
    fetch, store = teaching.bucket
    assert (fetch["bucket"], fetch["set"], fetch["base"]) == ("audio", "anna", "")
    assert (store["name"], store["folder"]) == ("mine-4", "models/mine-4")
    assert "The new model is in s3://audio/models/mine-4/." in capsys.readouterr().out


def test_a_model_that_is_not_better_is_not_stored(teaching: Teaching, monkeypatch: pytest.MonkeyPatch) -> None:
    teaching.is_used = False
    assert run(monkeypatch, "--bucket", "audio") == 0
    assert [request["task"] for request in teaching.bucket] == ["fetch"]


def test_without_a_bucket_nothing_is_stored(teaching: Teaching, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--audio", "recordings") == 0
    assert teaching.bucket == []
    assert teaching.taught[0].out == Path("models/demo-1")


def test_the_reason_of_the_process_is_in_the_error(tmp_path: Path) -> None:
    """Names are checked before the first request to S3."""
    with pytest.raises(BucketFailed, match=r"OPTION_INVALID.*'\.\.' is not the name of a folder"):
        bucket_process.fetch("audio", "..", "", tmp_path)


def test_a_process_that_crashes_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSCRIBER_PYTHON", "/bin/false")
    with pytest.raises(BucketFailed, match="ended with code 1"):
        bucket_process.fetch("audio", "", "", tmp_path)

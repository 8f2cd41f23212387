"""The task `wait_for_audio`: it skips a quiet night for the price of one listing, and errors stay errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import upload
from tests.support.dags.dag_tasks import run_task
from transcription.contract import keys
from transcription.contract.audio_endings import ENDINGS
from transcription.shared.task_errors import AirflowFailException, AirflowSkipException


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run the task; keyword arguments are values of the trigger form."""
    return partial(run_task, "wait_for_audio", monkeypatch)


def test_no_audio_is_a_skip_that_takes_one_listing(look: Callable[..., Any], deployment: AirflowDeployment) -> None:
    """The console's folder marker, or a folder whose name only begins with ours, used to start a job every night."""
    for key in ("input/", "input/notes.txt", "input/a.wave", "input-old/z.wav"):
        upload(deployment.bucket, key)
    deployment.aws.control("DELETE", "/_calls")
    with pytest.raises(AirflowSkipException):
        look()
    assert deployment.aws.control("GET", "/_calls") == {"s3": {"LIST input/": 1}}


@pytest.mark.parametrize("key", ["input/a.wav", "input/x/y/a b#1.WAV", "input/.Wav"])
def test_audio_is_found_whatever_its_name(look: Callable[..., Any], deployment: AirflowDeployment, key: str) -> None:
    upload(deployment.bucket, key)
    look()


@pytest.mark.parametrize("prefix", ["x/", "input/x/", "x/[1] what?*", "x/[1] what?*.w"])
def test_only_audio_below_the_prefix_counts(
    look: Callable[..., Any], deployment: AirflowDeployment, prefix: str
) -> None:
    upload(deployment.bucket, "input/other.wav")
    upload(deployment.bucket, "input/x-other.wav")
    with pytest.raises(AirflowSkipException):
        look(prefix=prefix)
    upload(deployment.bucket, "input/x/[1] what?*.w.wav")
    look(prefix=prefix)


@pytest.mark.parametrize("ending", ENDINGS)
def test_audio_of_every_format_is_found(look: Callable[..., Any], deployment: AirflowDeployment, ending: str) -> None:
    upload(deployment.bucket, f"input/notes.{ending}.txt")
    with pytest.raises(AirflowSkipException):
        look()
    upload(deployment.bucket, f"input/talk.{ending.upper()}")
    look()


def test_only_the_endings_of_the_deployment_count(look: Callable[..., Any], deployment: AirflowDeployment) -> None:
    deployment.configure(audio_endings="mp3, .M4A")
    upload(deployment.bucket, "input/a.wav")
    with pytest.raises(AirflowSkipException):
        look()
    upload(deployment.bucket, "input/a.m4a")
    look()


def test_files_that_are_no_audio_are_named_in_the_log(
    look: Callable[..., Any], deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    for key in ("input/", "input/a.txt", "input/b .wma.part"):
        upload(deployment.bucket, key)
    with caplog.at_level("INFO"), pytest.raises(AirflowSkipException):
        look()
    assert "2 files ignored, because their names end like no audio: 'input/a.txt', 'input/b .wma.part'" in caplog.text


PREFIXES = ["", "x", "x/", "a b#1", "a[1]", "what?*", "x/[!a]", "ü", "a.wav", "a.WA", "a.", "a.w.wav"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_run_starts_exactly_if_there_is_audio_with_the_prefix(
    look: Callable[..., Any], deployment: AirflowDeployment, prefix: str
) -> None:
    """Characters with a meaning in patterns, or a part of the ending, must not hide audio."""
    for name in (f"{prefix}.txt", f"{prefix}.wave", f"-{prefix}.wav"):
        upload(deployment.bucket, f"input/{name}")
    audio = [f"input/{prefix}{rest}" for rest in (".wav", "7/y.WAV")]
    assert all(map(keys.is_audio, audio))
    if prefix and not keys.is_audio(f"input/-{prefix}"):
        with pytest.raises(AirflowSkipException):
            look(prefix=prefix)
    for key in audio:
        upload(deployment.bucket, key)
        look(prefix=prefix)
        deployment.bucket.client.delete_object(Bucket=deployment.bucket.name, Key=key)


@pytest.mark.parametrize("prefix", ["a.wav", "a.wa", "a.", "input/a.WAV"])
def test_the_prefix_may_be_the_whole_name_of_a_file(
    look: Callable[..., Any], deployment: AirflowDeployment, prefix: str
) -> None:
    """The run used to be green without doing anything, because no name continues after `a.wav`."""
    upload(deployment.bucket, "input/a.WAV" if prefix.endswith("WAV") else "input/a.wav")
    look(prefix=prefix)


def test_an_impossible_prefix_is_an_error_and_no_skip(look: Callable[..., Any], deployment: AirflowDeployment) -> None:
    with pytest.raises(AirflowFailException, match="OPTION_INVALID"):
        look(prefix="/x")
    assert deployment.calls("s3") == {}


def test_denied_access_is_an_error_and_no_skip(look: Callable[..., Any], deployment: AirflowDeployment) -> None:
    # A deferred sensor with soft_fail turns it into a skip (apache/airflow#71255).
    deployment.aws.order(kind="deny", methods=["LIST"], prefix="input/")
    with pytest.raises(ClientError, match="AccessDenied"):
        look()


def test_a_missing_bucket_is_an_error_and_no_skip(look: Callable[..., Any], deployment: AirflowDeployment) -> None:
    deployment.configure(bucket="no-such-bucket-anywhere")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        look()


def test_an_invalid_setting_is_an_error_before_any_request(
    look: Callable[..., Any], deployment: AirflowDeployment
) -> None:
    deployment.configure(max_children="many")
    with pytest.raises(AirflowFailException, match="SETTING_INVALID"):
        look()
    assert deployment.calls("s3") == {}

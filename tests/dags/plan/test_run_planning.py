"""Planning a run: which files are transcribed, skipped, refused or left for a later run."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from local.paths import DEMO_MODEL
from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import RUN, content, freeze, upload, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.standin.standin_server import LocalAws
from transcription.contract.errors import ModelMissing
from transcription.contract.manifest import Item, Plan
from transcription.contract.options import Options
from transcription.plan import run_planning
from transcription.plan.request_reader import read_request
from transcription.plan.trigger_form import PARAMS
from transcription.shared import manifest_store
from transcription.shared.bucket import Bucket

FORM_DEFAULTS = {name: param.value for name, param in PARAMS.items()}
KEYS = ("input/a.wav", "input/b.wav", "input/x/c.WAV")


def plan_run(deployment: AirflowDeployment, run: str = RUN, **chosen: Any) -> Plan | None:
    """Plan a run as the task `plan` does."""
    settings = deployment.settings
    return run_planning.plan_run(deployment.bucket, run, read_request({**FORM_DEFAULTS, **chosen}, settings), settings)


def plan_run_with_files(deployment: AirflowDeployment, run: str = RUN, **chosen: Any) -> Plan:
    """Plan a run that has files to transcribe or to refuse."""
    plan = plan_run(deployment, run, **chosen)
    assert plan
    return plan


def to_transcribe(bucket: Bucket, plan: Plan) -> list[str]:
    """Return the keys of the files that the plan wants to be transcribed."""
    return sorted(item.key for item in manifest_store.read_items(bucket, plan))


def transcribe(deployment: AirflowDeployment, container: Container, plan: Plan) -> None:
    """Write the container's transcript of each file of the plan."""
    for item in manifest_store.read_items(deployment.bucket, plan):
        container.transcribe(deployment.bucket, plan, item)


def test_the_manifest_of_a_run_has_its_files_and_options(deployment: AirflowDeployment) -> None:
    items = upload_all(deployment.bucket, *KEYS)
    plan = plan_run_with_files(deployment, beam_width=7)
    assert (plan.run, plan.files, plan.shards, plan.bytes) == (RUN, 3, 1, sum(item.size for item in items))
    assert plan.options == Options(beam_width=7, formats=("srt", "vtt"))
    assert (plan.refused, plan.done, plan.waiting, plan.dry_run, plan.prefix) == ((), 0, 0, False, "")
    assert set(manifest_store.read_items(deployment.bucket, plan)) == set(items)
    assert manifest_store.read_plan(deployment.bucket, RUN) == plan


def test_an_existing_plan_says_what_waits_beside_it(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    """The setting of the endings decides what is audio, as it does for a new plan."""
    deployment.configure(audio_endings="wav")
    upload(deployment.bucket, "input/x.wav", b"planned")
    plan = plan_run_with_files(deployment)
    upload(deployment.bucket, "input/x.wav", b"uploaded again")
    upload(deployment.bucket, "input/new.wav", b"new")
    upload(deployment.bucket, "input/new.mp3", b"no audio with this setting")
    with caplog.at_level(logging.INFO):
        run_planning.log_existing_plan(deployment.bucket, plan, deployment.settings)
    assert f"This run keeps its manifest of {plan.created}. 2 files in input/ are not in it" in caplog.text


def test_the_settings_decide_how_many_children_there_are(deployment: AirflowDeployment) -> None:
    for number in range(6):
        upload(deployment.bucket, f"input/{number}.wav", bytes(32_000 * 6))  # 0.1 minutes of audio
    for run, settings, shards in (
        ("run-1", {"audio_minutes_per_child": 0.2}, 3),
        ("run-2", {"parallel_children": 2}, 4),
        ("run-3", {"max_children": 2}, 2),
    ):
        deployment.configure(**settings)
        assert plan_run_with_files(deployment, run).shards == shards


def test_without_audio_nothing_is_frozen(deployment: AirflowDeployment) -> None:
    for key in ("input/", "input/notes.txt", "input-old/a.wav"):
        upload(deployment.bucket, key, b"")
    assert plan_run(deployment) is None
    assert list(content(deployment.bucket, "runs/")) == []


def test_files_that_are_no_audio_are_counted_and_named_in_the_plan_and_the_log(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    for key in ("input/", "input/a.wav", "input/b.mp3", "input/notes.txt"):
        upload(deployment.bucket, key)
    deployment.configure(audio_endings="wav")
    with caplog.at_level(logging.WARNING):
        plan = plan_run_with_files(deployment)
    assert (plan.files, plan.ignored, plan.ignored_keys) == (1, 2, ("input/b.mp3", "input/notes.txt"))
    assert "2 files ignored, because their names end like no audio: 'input/b.mp3', 'input/notes.txt'" in caplog.text


def test_files_that_are_all_refused_are_a_run_without_children(deployment: AirflowDeployment) -> None:
    """The run is still planned, since a later task writes down why the files were refused."""
    upload(deployment.bucket, "input/.wav")
    plan = plan_run_with_files(deployment)
    assert (plan.files, plan.shards) == (0, 0)
    assert [refusal.failure.code for refusal in plan.refused] == ["NAME_INVALID"]


@pytest.mark.parametrize(("prefix", "keys"), [("x/", KEYS[2:]), ("input/x", KEYS[2:]), ("b", KEYS[1:2]), ("z", ())])
def test_only_names_that_start_with_the_prefix_are_taken(
    deployment: AirflowDeployment, prefix: str, keys: tuple[str, ...]
) -> None:
    upload_all(deployment.bucket, *KEYS)
    plan = plan_run(deployment, prefix=prefix)
    assert (to_transcribe(deployment.bucket, plan) if plan else []) == list(keys)
    assert plan is None or plan.prefix == prefix.removeprefix("input/")


def test_files_over_the_limit_of_a_run_are_counted_as_waiting(deployment: AirflowDeployment) -> None:
    upload_all(deployment.bucket, *KEYS)
    plan = plan_run_with_files(deployment, max_files=2)
    assert (to_transcribe(deployment.bucket, plan), plan.waiting) == (list(KEYS[:2]), 1)


def test_a_file_over_the_limit_is_refused_and_not_paid_for(deployment: AirflowDeployment) -> None:
    deployment.configure(max_file_megabytes=1)
    upload(deployment.bucket, "input/big.wav", bytes(2**20 + 1))
    upload(deployment.bucket, "input/small.wav", bytes(2**20))
    plan = plan_run_with_files(deployment)
    assert to_transcribe(deployment.bucket, plan) == ["input/small.wav"]
    assert [(refusal.item.key, refusal.failure.code) for refusal in plan.refused] == [
        ("input/big.wav", "AUDIO_TOO_LARGE")
    ]


def test_a_dry_run_is_planned_like_any_other_and_says_so(deployment: AirflowDeployment) -> None:
    upload_all(deployment.bucket, *KEYS)
    plan = plan_run_with_files(deployment, dry_run=True)
    assert (plan.dry_run, plan.files) == (True, 3)


def test_the_log_tells_what_it_will_cost(deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture) -> None:
    deployment.configure(expected_real_time_factor=0.5, vcpu_hour_price=720)
    upload(deployment.bucket, "input/a.wav", bytes(32_000 * 60))
    upload(deployment.bucket, "input/.wav")
    with caplog.at_level(logging.INFO, "transcription"):
        plan_run_with_files(deployment)
    assert (
        "1 files to transcribe by 1 children, 0 done before, 1 refused, 0 left for a later run: about 1.0 minutes of "
        "audio, 0.5 minutes of work, 0.5 minutes of one vCPU, $6.00; elsewhere $0.0240"
    ) in caplog.messages


def test_the_first_of_two_plans_of_a_run_is_the_plan(deployment: AirflowDeployment) -> None:
    """Two attempts of the task may plan at the same time, and audio may arrive between them."""
    first = Item(0, "input/first.wav", "etag", 1)
    frozen = freeze(deployment.bucket, (first,))
    upload_all(deployment.bucket, *KEYS)
    assert plan_run_with_files(deployment) == frozen
    assert to_transcribe(deployment.bucket, frozen) == ["input/first.wav"]


def test_audio_with_a_current_transcript_is_not_transcribed_again(
    deployment: AirflowDeployment, container: Container
) -> None:
    items = upload_all(deployment.bucket, *KEYS)
    transcribe(deployment, container, plan_run_with_files(deployment, "run-1"))
    new = upload(deployment.bucket, "input/new.wav", b"new", 2)
    plan = plan_run_with_files(deployment, "run-2")
    assert to_transcribe(deployment.bucket, plan) == ["input/new.wav"]
    assert (plan.done, plan.files, plan.bytes) == (3, 1, new.size)
    assert {item.key for item in manifest_store.read_done(deployment.bucket, plan)} == {item.key for item in items}


def test_other_audio_under_the_same_name_is_transcribed(deployment: AirflowDeployment, container: Container) -> None:
    upload_all(deployment.bucket, *KEYS)
    transcribe(deployment, container, plan_run_with_files(deployment, "run-1"))
    upload(deployment.bucket, KEYS[0], b"better audio")
    assert to_transcribe(deployment.bucket, plan_run_with_files(deployment, "run-2")) == [KEYS[0]]


@pytest.mark.parametrize(
    "chosen", [{"force": True}, {"hot_words": ["seven:2"]}, {"beam_width": 7}, {"formats": []}, {"model": "court"}]
)
def test_other_options_or_force_transcribe_again(
    deployment: AirflowDeployment, container: Container, chosen: dict[str, Any]
) -> None:
    upload(deployment.bucket, "models/court/demo.pbmm", b"model")
    upload_all(deployment.bucket, *KEYS)
    transcribe(deployment, container, plan_run_with_files(deployment, "run-1"))
    plan = plan_run_with_files(deployment, "run-2", **chosen)
    assert to_transcribe(deployment.bucket, plan) == list(KEYS)
    assert plan.done == 0


def test_another_model_in_the_image_transcribes_again(deployment: AirflowDeployment, container: Container) -> None:
    upload_all(deployment.bucket, *KEYS)
    deployment.configure(image_model="official 0.9.3")
    transcribe(deployment, container, plan_run_with_files(deployment, "run-1"))
    assert plan_run_with_files(deployment, "run-2").files == 0
    deployment.configure(image_model="official 0.9.4")
    assert plan_run_with_files(deployment, "run-3").files == 3


def test_a_model_whose_files_were_replaced_transcribes_again(
    deployment: AirflowDeployment, container: Container
) -> None:
    upload_all(deployment.bucket, *KEYS)
    deployment.configure(model="court")
    upload(deployment.bucket, "models/court/demo.pbmm", b"model")
    transcribe(deployment, container, plan_run_with_files(deployment, "run-1"))
    assert plan_run_with_files(deployment, "run-2").files == 0
    upload(deployment.bucket, "models/court/demo.scorer", (DEMO_MODEL / "model.json").read_bytes())
    assert plan_run_with_files(deployment, "run-3").files == 3


@pytest.mark.parametrize("missing", ["output/a", "output/a.json"])
def test_a_transcript_that_is_gone_is_made_again(
    deployment: AirflowDeployment, container: Container, missing: str
) -> None:
    upload_all(deployment.bucket, *KEYS)
    transcribe(deployment, container, plan_run_with_files(deployment, "run-1"))
    deployment.bucket.client.delete_object(Bucket=deployment.bucket.name, Key=missing)
    assert to_transcribe(deployment.bucket, plan_run_with_files(deployment, "run-2")) == ["input/a.wav"]


@pytest.mark.parametrize("force", [False, True])
def test_audio_whose_transcript_would_overwrite_an_earlier_one_is_refused(
    deployment: AirflowDeployment, container: Container, force: bool
) -> None:
    """Regression: `a.WAV` of a later run overwrote the transcript of `a.wav`."""
    upload(deployment.bucket, "input/a.wav")
    transcribe(deployment, container, plan_run_with_files(deployment, "run-1"))
    deployment.bucket.client.delete_object(Bucket=deployment.bucket.name, Key="input/a.wav")
    upload(deployment.bucket, "input/a.WAV", b"another speaker")
    plan = plan_run_with_files(deployment, "run-2", force=force)
    (refusal,) = plan.refused
    assert (plan.files, plan.done, refusal.item.key, refusal.failure.code) == (0, 0, "input/a.WAV", "OUTPUT_CONFLICT")
    assert "'output/a', which belongs to 'input/a.wav'" in refusal.failure.message


def test_files_without_transcripts_cost_one_listing_of_the_outputs(
    deployment: AirflowDeployment, aws: LocalAws
) -> None:
    upload_all(deployment.bucket, *KEYS)
    aws.control("DELETE", "/_calls")
    plan_run_with_files(deployment)
    calls = deployment.calls("s3")
    assert (calls["LIST input/"], calls["LIST output/"]) == (1, 1)
    assert not {"GET input/", "GET output/", "HEAD input/"} & calls.keys()


@pytest.mark.parametrize("folder_marker", [False, True])
def test_a_model_that_is_not_there_is_said_before_anything_is_frozen(
    deployment: AirflowDeployment, folder_marker: bool
) -> None:
    upload_all(deployment.bucket, *KEYS)
    if folder_marker:
        upload(deployment.bucket, "models/nowhere/", b"")
    with pytest.raises(ModelMissing, match="models/nowhere/"):
        plan_run(deployment, model="nowhere")
    assert list(content(deployment.bucket, "runs/")) == []
    assert deployment.calls("batch") == {}

"""Runs through the real stack: what is started, what is paid for, what turns red."""

from __future__ import annotations

import json
from pathlib import Path

from local.paths import DEMO_MODEL
from local.resources import BUCKET
from tests.integration.pipeline import Pipeline
from transcription.contract import keys, records
from transcription.contract.manifest import Plan


def submitted(pipeline: Pipeline) -> int:
    """How many Batch jobs were submitted."""
    return int(pipeline.calls().get("batch", {}).get("SubmitJob", 0))


def test_a_night_without_audio_starts_nothing_and_is_green(pipeline: Pipeline) -> None:
    """The console's folder marker, or a folder whose name only begins like ours, used to start a job every night."""
    for key in ("input/", "input/notes.txt", "input-old/z.wav"):
        pipeline.upload(key, b"")
    run = pipeline.run()
    assert run.state == "success"
    assert set(run.tasks.values()) == {"skipped"}
    assert not pipeline.calls().get("batch")
    assert pipeline.keys() == sorted(["input/", "input/notes.txt", "input-old/z.wav"])


def test_one_file_is_a_plain_job_and_the_next_run_finds_nothing(pipeline: Pipeline, clip: Path) -> None:
    pipeline.upload("input/a.wav", clip.read_bytes())
    first = pipeline.run()
    assert first.state == "success"
    assert pipeline.read("output/a").decode() == clip.stem.replace("-", " ") + "\n"
    assert submitted(pipeline) == 1
    assert set(pipeline.run().tasks.values()) == {"skipped"}
    assert submitted(pipeline) == 1


def test_children_read_their_own_shard_and_never_list_the_audio(pipeline: Pipeline, clip: Path) -> None:
    """They used to list again: files uploaded meanwhile that sort earlier pushed theirs out."""
    for name in "bcd":
        pipeline.upload(f"input/{name}.wav", clip.read_bytes())
    run = pipeline.run()
    assert run.state == "success"
    run_keys = keys.RunKeys(keys.run_name(run.run_id))
    plan = records.load(Plan, pipeline.read(run_keys.plan), "plan")
    shards = [json.loads(pipeline.read(run_keys.shard(plan.draft, index))) for index in range(plan.shards)]
    assert len(shards) > 1
    assert sorted(item["key"] for shard in shards for item in shard["items"]) == [f"input/{name}.wav" for name in "bcd"]
    assert pipeline.calls()["s3"]["LIST input/"] == 2  # wait_for_audio and plan
    assert pipeline.keys("processed/") == [f"processed/{name}.wav" for name in "bcd"]


def test_a_lost_host_costs_a_retry_and_nothing_else(pipeline: Pipeline, clip: Path) -> None:
    for name in "ab":
        pipeline.upload(f"input/{name}.wav", clip.read_bytes())
    pipeline.add_fault(kind="spot_reclaim", child=1, attempt=1)
    run = pipeline.run()
    assert run.state == "success"
    assert [fault["fired"] for fault in pipeline.faults()] == [1]
    assert submitted(pipeline) == 1
    assert pipeline.keys("processed/") == ["processed/a.wav", "processed/b.wav"]


def test_a_broken_system_is_red_and_keeps_what_is_done(pipeline: Pipeline, clip: Path) -> None:
    for name in ("a", "no/b"):
        pipeline.upload(f"input/{name}.wav", clip.read_bytes())
    pipeline.add_fault(kind="deny", methods=["PUT"], prefix="output/no/")
    run = pipeline.run()
    assert run.state == "failed"
    assert (run.tasks["transcribe"], run.tasks["report"]) == ("failed", "failed")
    assert pipeline.keys("processed/") == ["processed/a.wav"]
    assert pipeline.keys("input/") == ["input/no/b.wav"]
    assert "input/no/b.wav" in pipeline.log(run, "report")


def test_denied_access_is_red_and_not_a_quiet_night(pipeline: Pipeline) -> None:
    pipeline.add_fault(kind="deny", methods=["LIST"], prefix="input/")
    run = pipeline.run()
    assert run.state == "failed"
    assert run.tasks["wait_for_audio"] == "failed"


def test_a_bad_option_is_refused_before_anything_starts(pipeline: Pipeline, clip: Path) -> None:
    pipeline.upload("input/a.wav", clip.read_bytes())
    run = pipeline.run({"model": "not/a/model"})
    assert run.state == "failed"
    assert "OPTION_INVALID" in pipeline.log(run, "plan")
    assert submitted(pipeline) == 0


def test_a_model_that_is_not_there_is_red_and_says_so(pipeline: Pipeline, clip: Path) -> None:
    pipeline.upload("input/a.wav", clip.read_bytes())
    run = pipeline.run({"model": "nowhere"})
    assert run.state == "failed"
    assert pipeline.keys("input/") == ["input/a.wav"]
    assert not pipeline.keys("output/")
    (log,) = (pipeline.stack.state / "logs" / "batch").rglob(f"*{keys.run_name(run.run_id)}/0-1.log")
    assert "MODEL_MISSING" in log.read_text()
    assert "/aws/batch/transcription, stream transcribe/default/" in pipeline.log(run, "transcribe")


def test_people_can_bring_their_own_model(pipeline: Pipeline, clip: Path) -> None:
    pipeline.upload("input/a.wav", clip.read_bytes())
    for name in ("demo.pbmm", "demo.scorer", "model.json"):
        pipeline.s3.upload_file(str(DEMO_MODEL / name), BUCKET, f"{keys.model('mine')}{name}")
    assert pipeline.run({"model": "mine"}).state == "success"
    assert json.loads(pipeline.read("output/a.json"))["provenance"]["model"]["name"] == "mine"


def test_more_than_a_page_of_files_leaves_none_behind(pipeline: Pipeline) -> None:
    """A listing used to stop at 1,000 keys. Text is refused in no time, so that 1,100 files stay a quick test."""
    for number in range(1100):
        pipeline.upload(f"input/{number:04d}.wav", b"not audio")
    run = pipeline.run()
    assert run.state == "success"
    assert pipeline.keys("input/") == []
    assert len(pipeline.keys("failed/")) == 2200

"""The log of a child: a line for people and a line of metrics for each file, both right."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable

import pytest

from tests.support.transcriber import emf_rules
from tests.support.transcriber.shard_bucket import DRAFT, RUN, Bucket, Run, watched
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from tests.transcriber.test_command import command
from transcription.contract.errors import ShardIncomplete

#: Done of total, key, what came of it.
_PLACE = r"\d+/\d+ (?P<key>input/\S+) "
_DONE = re.compile(_PLACE + r"(?P<seconds>[\d.]+) s of audio \(RTF (?P<rtf>\d+\.\d\d), \d+\.\d s\) (?P<heard>.+)")
_FAILED = re.compile(_PLACE + r"(failed|left|not done:) \[?(?P<code>[A-Z_]+)\]?:? .+")


@pytest.fixture(scope="module")
def uploads(clip: Clip) -> dict[str, bytes]:
    return {
        "input/a.wav": clip.data,
        "input/bad.wav": b"text",
        "input/empty.wav": b"",
        "input/quiet.wav": wav(silence(61.5)),
        "input/changed.wav": clip.data,
    }


def of_metrics(lines: Iterable[str]) -> list[str]:
    return [each for each in lines if each.startswith("{")]


def test_cloudwatch_takes_every_line_of_metrics_and_people_can_read_the_others(
    bucket: Bucket, uploads: dict[str, bytes], clip: Clip, model_folder: str
) -> None:
    shard = bucket.plan(uploads)
    bucket.upload("input/changed.wav", b"another")
    begun = time.time()
    done = command("--bucket", bucket.name, "--run", RUN, "--draft", DRAFT, "--model", model_folder)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    documents = [emf_rules.read(each) for each in of_metrics(lines)]
    assert len(documents) == len(uploads) - 1  # a file that was uploaded again is no failure
    for each in documents:
        assert each["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Transcription"
        assert each["Bucket"] == bucket.name
        assert begun - 1 <= each["_aws"]["Timestamp"] / 1000 <= time.time() + 1

    failed = {each["Code"]: emf_rules.values(each) for each in documents if "Code" in each}
    assert failed == {code: {"Failures": 1} for code in ("AUDIO_NOT_WAV", "AUDIO_EMPTY")}
    heard, quiet = sorted((emf_rules.values(each) for each in documents if "Code" not in each), key=len_of_audio)
    result = bucket.result(0)
    assert heard["AudioSeconds"] == len(clip.samples) / RATE
    assert heard["RealTimeFactor"] == pytest.approx(result.cpu_seconds / heard["AudioSeconds"])
    assert heard["RealTimeFactor"] > 0
    assert quiet == {"Transcribed": 1, "AudioSeconds": 61.5, "RealTimeFactor": 0}

    begin, engine, *people = [each for each in lines if each not in of_metrics(lines)]
    assert begin.startswith(f"run {RUN}, shard 0: 5 files")
    assert engine.startswith("engine: ")
    assert [each.split()[0] for each in people] == [f"{number}/5" for number in range(1, 6)]
    told = {found["key"]: found for found in map(_DONE.fullmatch, people) if found}
    codes = {found["key"]: found["code"] for found in map(_FAILED.fullmatch, people) if found}
    assert codes == {
        "input/bad.wav": "AUDIO_NOT_WAV",
        "input/empty.wav": "AUDIO_EMPTY",
        "input/changed.wav": "INPUT_CHANGED",
    }
    assert float(told["input/a.wav"]["seconds"]) == pytest.approx(heard["AudioSeconds"], abs=0.05)
    assert float(told["input/a.wav"]["rtf"]) == pytest.approx(heard["RealTimeFactor"], abs=0.005)
    assert f"{result.words} words, confidence {result.confidence:.2f}" == told["input/a.wav"]["heard"]
    assert told["input/quiet.wav"]["heard"] == "no speech"
    assert {*told, *codes} == {each.key for each in shard.items}


def len_of_audio(values: dict[str, float]) -> float:
    return values["AudioSeconds"]


def test_a_failure_counts_by_itself_and_for_its_code(
    bucket: Bucket, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """An alarm watches all failures of a deployment; whoever looks into it wants to know which."""
    caplog.set_level(logging.INFO)
    bucket.plan({"input/bad.wav": b"text"})
    run()
    [document] = [emf_rules.read(each) for each in of_metrics(caplog.messages)]
    [directive] = document["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Bucket"], ["Bucket", "Code"]]
    assert directive["Metrics"] == [{"Name": "Failures", "Unit": "Count"}]


def test_what_is_left_undone_by_a_fault_of_s3_is_counted_too(
    bucket: Bucket, run: Run, clip: Clip, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bucket.plan({"input/a.wav": clip.data, "input/b.wav": clip.data})
    failing = watched(lambda method, path: (400, "KMS.DisabledException") if path.endswith("output/a.json") else None)
    with failing, pytest.raises(ShardIncomplete):
        run()
    documents = [emf_rules.read(each) for each in of_metrics(caplog.messages)]
    assert sorted(each.get("Code", "") for each in documents) == ["", "STORAGE_FAILED"]
    assert any(
        found and found["code"] == "STORAGE_FAILED" and found["key"] == "input/a.wav"
        for found in map(_FAILED.match, caplog.messages)
    )


def test_what_was_done_before_is_not_counted_again(
    bucket: Bucket, run: Run, clip: Clip, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.plan({"input/a.wav": clip.data})
    run()
    caplog.set_level(logging.INFO)
    run()
    assert "1/1 input/a.wav was done before" in caplog.messages
    assert of_metrics(caplog.messages) == []

"""The log of a child has a readable line and a line of metrics for each file."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable

import pytest

from tests.support.transcriber import emf_rules
from tests.support.transcriber.shard_bucket import DRAFT, RUN, Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from tests.transcriber.test_command import command
from transcription.contract.errors import ShardIncomplete

#: How a readable line starts: number of the file, number of files, key.
_START = r"\d+/\d+ (?P<key>input/\S+) "
_DONE = re.compile(_START + r"(?P<seconds>[\d.]+) s of audio \(RTF (?P<rtf>\d+\.\d\d), \d+\.\d s\) (?P<content>.+)")
_FAILED = re.compile(_START + r"(failed|left|not done:) \[?(?P<code>[A-Z_]+)\]?:? .+")


@pytest.fixture(scope="module")
def uploads(clip: Clip) -> dict[str, bytes]:
    return {
        "input/a.wav": clip.data,
        "input/bad.wav": b"text",
        "input/empty.wav": b"",
        "input/quiet.wav": wav(silence(61.5)),
        "input/changed.wav": clip.data,
    }


def metric_lines(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.startswith("{")]


def test_each_file_has_a_readable_line_and_a_valid_line_of_metrics(
    bucket: Bucket, uploads: dict[str, bytes], clip: Clip, model_folder: str
) -> None:
    shard = bucket.plan(uploads)
    bucket.upload("input/changed.wav", b"another")
    begun = time.time()
    done = command("--bucket", bucket.name, "--run", RUN, "--draft", DRAFT, "--model", model_folder)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    documents = [emf_rules.read(line) for line in metric_lines(lines)]
    assert len(documents) == len(uploads) - 1  # a file that was uploaded again is no failure
    for document in documents:
        assert document["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Transcription"
        assert document["Bucket"] == bucket.name
        assert begun - 1 <= document["_aws"]["Timestamp"] / 1000 <= time.time() + 1

    failed = {document["Code"]: emf_rules.values(document) for document in documents if "Code" in document}
    assert failed == {code: {"Failures": 1} for code in ("AUDIO_NOT_WAV", "AUDIO_EMPTY")}
    speech, quiet = sorted(
        (emf_rules.values(document) for document in documents if "Code" not in document), key=audio_length
    )
    result = bucket.result(0)
    assert speech["AudioSeconds"] == len(clip.samples) / RATE
    assert speech["RealTimeFactor"] == pytest.approx(result.cpu_seconds / speech["AudioSeconds"])
    assert speech["RealTimeFactor"] > 0
    assert quiet == {"Transcribed": 1, "AudioSeconds": 61.5, "RealTimeFactor": 0}

    first, engine, *readable = [line for line in lines if line not in metric_lines(lines)]
    assert first.startswith(f"run {RUN}, shard 0: 5 files")
    assert engine.startswith("engine: ")
    assert [line.split()[0] for line in readable] == [f"{number}/5" for number in range(1, 6)]
    done_lines = {match["key"]: match for match in map(_DONE.fullmatch, readable) if match}
    codes = {match["key"]: match["code"] for match in map(_FAILED.fullmatch, readable) if match}
    assert codes == {
        "input/bad.wav": "AUDIO_NOT_WAV",
        "input/empty.wav": "AUDIO_EMPTY",
        "input/changed.wav": "INPUT_CHANGED",
    }
    assert float(done_lines["input/a.wav"]["seconds"]) == pytest.approx(speech["AudioSeconds"], abs=0.05)
    assert float(done_lines["input/a.wav"]["rtf"]) == pytest.approx(speech["RealTimeFactor"], abs=0.005)
    assert f"{result.words} words, confidence {result.confidence:.2f}" == done_lines["input/a.wav"]["content"]
    assert done_lines["input/quiet.wav"]["content"] == "no speech"
    assert {*done_lines, *codes} == {item.key for item in shard.items}


def audio_length(values: dict[str, float]) -> float:
    return values["AudioSeconds"]


def test_a_failure_counts_in_total_and_by_its_code(bucket: Bucket, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """The alarm watches the total; the codes say which failures caused it."""
    caplog.set_level(logging.INFO)
    bucket.plan({"input/bad.wav": b"text"})
    run()
    [document] = [emf_rules.read(line) for line in metric_lines(caplog.messages)]
    [directive] = document["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Bucket"], ["Bucket", "Code"]]
    assert directive["Metrics"] == [{"Name": "Failures", "Unit": "Count"}]


def test_a_file_that_s3_failed_for_is_counted_as_a_failure(
    bucket: Bucket, run: Run, clip: Clip, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bucket.plan({"input/a.wav": clip.data, "input/b.wav": clip.data})
    failing = recorded_requests(
        lambda method, path: (400, "KMS.DisabledException") if path.endswith("output/a.json") else None
    )
    with failing, pytest.raises(ShardIncomplete):
        run()
    documents = [emf_rules.read(line) for line in metric_lines(caplog.messages)]
    assert sorted(document.get("Code", "") for document in documents) == ["", "STORAGE_FAILED"]
    assert any(
        match and match["code"] == "STORAGE_FAILED" and match["key"] == "input/a.wav"
        for match in map(_FAILED.match, caplog.messages)
    )


def test_a_file_that_was_done_before_is_not_counted_again(
    bucket: Bucket, run: Run, clip: Clip, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.plan({"input/a.wav": clip.data})
    run()
    caplog.set_level(logging.INFO)
    run()
    assert "1/1 input/a.wav was done before" in caplog.messages
    assert metric_lines(caplog.messages) == []

"""The report: green must mean that every file is transcribed or explained."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.dags.bucket_objects import make_plan
from transcription.contract import records, result
from transcription.contract.errors import RunIncomplete
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import Audio
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome, Outcomes
from transcription.report.run_report import Report, describe, make_report, summarize
from transcription.shared.job_record import Job
from transcription.shared.settings import Settings

AUDIO = Audio(1800.0, 16_000, 1, "PCM_16")
SETTINGS = Settings("bucket", "queue", "definition", vcpu_hour_price=0.04, api_hour_price=1.5)


def outcome(number: int, status: str, code: str = "", **fields: Any) -> Outcome:
    item = Item(number, f"input/{number}.wav", "e", 10)
    if status in (result.TRANSCRIBED, DONE_BEFORE):
        return Outcome(item, status, audio=AUDIO, words=170, unsure_words=6, cpu_seconds=900.0, **fields)
    return Outcome(item, status, Failure(code, "why"))


def report_on(*outcomes: Outcome, vcpu_hours: float | None = None, **plan: Any) -> Report:
    job = None if vcpu_hours is None else Job("run", "id", "name", vcpu_hours=vcpu_hours)
    return make_report(make_plan(**plan), Outcomes("run", outcomes), job, SETTINGS)


ALL_WELL = (
    outcome(0, result.TRANSCRIBED),
    outcome(1, result.TRANSCRIBED),
    outcome(2, DONE_BEFORE),
    outcome(3, result.FAILED, "AUDIO_EMPTY"),
    outcome(4, result.FAILED, "NAME_INVALID"),
    outcome(5, result.FAILED, "AUDIO_EMPTY"),
    outcome(6, result.LEFT, "INPUT_CHANGED"),
)


def test_every_file_is_counted_once_as_what_became_of_it() -> None:
    report = report_on(*ALL_WELL, vcpu_hours=0.75, waiting=4)
    report.raise_if_incomplete()
    counts = (report.transcribed, report.done_before, report.failed, report.left, report.waiting, report.missing)
    assert counts == (2, 1, 3, 1, 4, 0)
    assert report.failed_by_code == {"AUDIO_EMPTY": 2, "NAME_INVALID": 1}
    assert sum(counts) - report.waiting == len(report.files) == len(ALL_WELL)


def test_the_report_says_which_engine_it_was_and_why_not_another_one() -> None:
    """Else nobody would know why a night cost five times as much."""
    slow = {"engine": "libdeepspeech 0.9.3", "engine_note": "too little memory"}
    done = [outcome(0, result.TRANSCRIBED, **slow), outcome(1, result.TRANSCRIBED, **slow)]
    report = report_on(*done, outcome(2, result.TRANSCRIBED, engine="batched float32"), outcome(3, DONE_BEFORE))
    assert report.engines == {"batched float32": 1, "libdeepspeech 0.9.3": 2}
    assert report.engine_notes == ("too little memory",)
    last = summarize(report).splitlines()[-3:]
    assert last == ["1 files by batched float32", "2 files by libdeepspeech 0.9.3", "  too little memory"]


def test_a_thousand_notes_are_a_summary_of_a_few_lines_and_all_in_the_report() -> None:
    """Each child may have its own, such as how far 8 bits agree in what it was given."""
    report = report_on(*(outcome(each, result.TRANSCRIBED, engine_note=f"note {each}") for each in range(1000)))
    assert len(report.engine_notes) == 1000
    assert summarize(report).count("note ") == 5


def test_a_report_of_an_earlier_release_can_be_read() -> None:
    report = report_on(*ALL_WELL, vcpu_hours=0.75)
    written = json.loads(records.dump(report))
    for of in (written, *written["files"]):
        for name in ("engines", "engine_notes", "engine", "engine_note"):
            of.pop(name, None)
    assert records.load(Report, json.dumps(written).encode(), "report") == report


def test_what_was_paid_for_is_the_machine_time_and_not_the_audio_of_others() -> None:
    report = report_on(*ALL_WELL, vcpu_hours=0.75)
    assert (report.audio_seconds, report.real_time_factor) == (3600.0, 0.5)
    assert (report.vcpu_hours, report.cost, report.elsewhere) == (0.75, 0.03, 1.5)


def test_a_run_without_a_job_cost_nothing() -> None:
    report = report_on(outcome(0, DONE_BEFORE))
    assert (report.audio_seconds, report.vcpu_hours, report.cost, report.elsewhere) == (0, 0, 0, 0)
    assert report.real_time_factor is None


def test_a_run_in_which_nothing_could_be_read_has_no_speed() -> None:
    assert report_on(outcome(0, result.FAILED, "AUDIO_EMPTY"), vcpu_hours=0.1).real_time_factor is None


def test_a_file_without_a_result_turns_the_run_red_and_is_named() -> None:
    report = report_on(outcome(0, result.TRANSCRIBED), outcome(1, MISSING, "NO_RESULT"))
    with pytest.raises(RunIncomplete, match=r"1 of 2 planned files.*stay in input/.*'input/1\.wav': why"):
        report.raise_if_incomplete()
    assert report.missing == 1


def test_a_thousand_files_without_a_result_are_an_error_of_a_few_lines() -> None:
    report = report_on(*(outcome(number, MISSING, "NO_RESULT") for number in range(1000)))
    with pytest.raises(RunIncomplete, match="1000 of 1000") as caught:
        report.raise_if_incomplete()
    assert len(caught.value.message) < 600


def test_the_summary_reads_like_one() -> None:
    assert summarize(report_on(*ALL_WELL, vcpu_hours=2, waiting=4)) == (
        "2 files transcribed, 1 done before, 3 failed (2 AUDIO_EMPTY, 1 NAME_INVALID), 1 left for the next run, "
        "4 not taken, 0 missing\n"
        "1.0 hours of audio, real-time factor 0.50, 2.0 hours of one vCPU: about $0.0800; elsewhere $1.50\n"
        "12 of 340 words are unsure"
    )
    assert summarize(report_on(outcome(0, DONE_BEFORE))) == (
        "0 files transcribed, 1 done before, 0 failed, 0 left for the next run, 0 not taken, 0 missing\n"
        "0.0 minutes of audio, real-time factor none, 0.0 minutes of one vCPU: about $0.0000; elsewhere $0.0000"
    )


def test_the_log_names_each_file_that_was_not_transcribed() -> None:
    first, second, third, *named = describe(report_on(*ALL_WELL)).splitlines()
    assert f"{first}\n{second}\n{third}" == summarize(report_on(*ALL_WELL))
    assert named == [
        "  failed 'input/3.wav' AUDIO_EMPTY: why",
        "  failed 'input/4.wav' NAME_INVALID: why",
        "  failed 'input/5.wav' AUDIO_EMPTY: why",
        "  left 'input/6.wav' INPUT_CHANGED: why",
    ]


def test_those_who_follow_get_the_figures_and_not_the_files() -> None:
    report = report_on(*ALL_WELL, vcpu_hours=0.75, waiting=4)
    assert report.figures == {
        "transcribed": 2,
        "done_before": 1,
        "failed": 3,
        "left": 1,
        "waiting": 4,
        "words": 340,
        "unsure_words": 12,
        "audio_seconds": 3600.0,
        "real_time_factor": 0.5,
        "vcpu_hours": 0.75,
        "cost": 0.03,
        "elsewhere": 1.5,
    }


def test_a_report_can_be_read_again() -> None:
    report = report_on(*ALL_WELL, vcpu_hours=0.75)
    assert records.load(Report, records.dump(report), "report") == report

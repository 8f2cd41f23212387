"""The report: green must mean that every file is transcribed or explained."""

import pytest

from transcription.contract import result
from transcription.contract.errors import RunIncomplete
from transcription.contract.manifest import Failure, Item, Plan
from transcription.contract.options import Options
from transcription.contract.result import Audio
from transcription.outcomes import MISSING, Outcome, Outcomes
from transcription.report import Report, describe, make_report

PLAN = Plan("run", "0a1b2c3d", "2026-11-22T01:00:00+00:00", Options(), 2, 3, 30)
AUDIO = Audio(10.0, 16_000, 1, "PCM_16")


def report_on(*outcomes: Outcome) -> Report:
    return make_report(PLAN, Outcomes("run", outcomes))


def outcome(number: int, status: str, code: str = "") -> Outcome:
    item = Item(number, f"input/{number}.wav", "e", 10)
    if status == result.TRANSCRIBED:
        return Outcome(item, status, audio=AUDIO, wall_seconds=5.0)
    return Outcome(item, status, Failure(code, "why"))


def test_transcribed_failed_and_left_files_are_a_complete_run() -> None:
    report = report_on(
        outcome(0, result.TRANSCRIBED),
        outcome(1, result.TRANSCRIBED),
        outcome(2, result.FAILED, "AUDIO_EMPTY"),
        outcome(3, result.LEFT, "INPUT_CHANGED"),
    )
    report.raise_if_incomplete()
    assert (report.transcribed, report.failed, report.left, report.missing) == (2, 1, 1, 0)
    assert (report.audio_seconds, report.real_time_factor) == (20.0, 0.5)
    assert "AUDIO_EMPTY: why" in describe(report)


def test_a_file_without_a_result_turns_the_run_red_and_is_named() -> None:
    report = report_on(outcome(0, result.TRANSCRIBED), outcome(1, MISSING, "NO_RESULT"))
    with pytest.raises(RunIncomplete, match=r"1 of 2 .*'input/1\.wav'"):
        report.raise_if_incomplete()


def test_a_run_in_which_nothing_could_be_read_has_no_speed() -> None:
    assert report_on(outcome(0, result.FAILED, "AUDIO_EMPTY")).real_time_factor is None

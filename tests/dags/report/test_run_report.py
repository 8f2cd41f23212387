"""The figures of a report, and the rule that a run is red if a file has neither a transcript nor a reason."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.support.dags.reports import GREEN_RUN, make_outcome, report_on
from transcription.contract import records, result
from transcription.contract.errors import RunIncomplete
from transcription.finish.outcomes import DONE_BEFORE, MISSING
from transcription.report.run_report import Report


def test_every_file_is_counted_once_by_its_outcome() -> None:
    report = report_on(*GREEN_RUN, vcpu_hours=0.75, waiting=4)
    report.raise_if_incomplete()
    counts = (report.transcribed, report.done_before, report.failed, report.left, report.waiting, report.missing)
    assert counts == (2, 1, 3, 1, 4, 0)
    assert report.failed_by_code == {"AUDIO_EMPTY": 2, "NAME_INVALID": 1}
    assert sum(counts) - report.waiting == report.planned == len(GREEN_RUN)
    assert [file.number for file in report.not_transcribed] == [3, 4, 5, 6]


def test_the_cost_is_that_of_the_machine_time_without_files_done_before() -> None:
    report = report_on(*GREEN_RUN, vcpu_hours=0.75)
    assert (report.audio_seconds, report.real_time_factor) == (3600.0, 0.5)
    assert (report.vcpu_hours, report.cost, report.elsewhere) == (0.75, 0.03, 1.5)


def test_a_run_without_a_job_costs_nothing() -> None:
    report = report_on(make_outcome(0, DONE_BEFORE))
    assert (report.audio_seconds, report.vcpu_hours, report.cost, report.elsewhere) == (0, 0, 0, 0)
    assert report.real_time_factor is None


def test_a_run_without_readable_audio_has_no_real_time_factor() -> None:
    assert report_on(make_outcome(0, result.FAILED, "AUDIO_EMPTY"), vcpu_hours=0.1).real_time_factor is None


def test_a_file_without_a_result_turns_the_run_red_and_is_named() -> None:
    report = report_on(make_outcome(0, result.TRANSCRIBED), make_outcome(1, MISSING, "NO_RESULT"))
    with pytest.raises(RunIncomplete, match=r"1 of 2 planned files.*stay in input/.*'input/1\.wav': why"):
        report.raise_if_incomplete()
    assert report.missing == 1


def test_a_run_with_nothing_but_archived_files_is_green() -> None:
    report = report_on(make_outcome(0, result.LEFT, "INPUT_ARCHIVED"), make_outcome(1, result.LEFT, "INPUT_CHANGED"))
    report.raise_if_incomplete()
    assert (report.left, report.archived) == (2, 1)


def test_the_warnings_of_the_plan_are_in_the_report() -> None:
    assert report_on(warnings=("one", "two")).warnings == ("one", "two")


def test_the_error_names_the_code_of_each_reason() -> None:
    with pytest.raises(RunIncomplete, match=r"'input/0\.wav': why \(MODEL_INVALID\)"):
        report_on(make_outcome(0, MISSING, "MODEL_INVALID")).raise_if_incomplete()


def test_the_error_for_a_thousand_missing_files_is_a_few_lines_long() -> None:
    report = report_on(*(make_outcome(number, MISSING, "NO_RESULT") for number in range(1000)))
    with pytest.raises(RunIncomplete, match="1000 of 1000") as caught:
        report.raise_if_incomplete()
    assert len(caught.value.message) < 600


def test_other_dags_get_the_figures_without_the_files() -> None:
    report = report_on(*GREEN_RUN, vcpu_hours=0.75, waiting=4)
    assert report.figures == {
        "transcribed": 2,
        "done_before": 1,
        "failed": 3,
        "left": 1,
        "archived": 0,
        "waiting": 4,
        "ignored": 0,
        "words": 340,
        "unsure_words": 12,
        "audio_seconds": 3600.0,
        "real_time_factor": 0.5,
        "vcpu_hours": 0.75,
        "cost": 0.03,
        "elsewhere": 1.5,
    }


def test_a_report_can_be_read_again() -> None:
    report = report_on(*GREEN_RUN, vcpu_hours=0.75)
    assert records.load(Report, records.dump(report), "report") == report


def test_a_report_of_an_earlier_release_can_be_read() -> None:
    report = report_on(*GREEN_RUN, vcpu_hours=0.75)
    document = json.loads(records.dump(report))
    for name in ("engines", "engine_notes", "not_transcribed", "archived", "warnings", "ignored", "ignored_keys"):
        del document[name]
    document["files"] = [json.loads(records.dump(outcome)) for outcome in GREEN_RUN]
    expected = replace(report, not_transcribed=())
    assert records.load(Report, json.dumps(document).encode(), "report") == expected

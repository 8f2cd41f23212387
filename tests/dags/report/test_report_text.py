"""The report as text: the summary and the lines in the log."""

from __future__ import annotations

from tests.support.dags.reports import GREEN_RUN, make_outcome, report_on
from transcription.contract import result
from transcription.finish.outcomes import DONE_BEFORE, MISSING
from transcription.report.report_text import describe, summarize


def test_the_summary_has_counts_audio_cost_and_unsure_words() -> None:
    assert summarize(report_on(*GREEN_RUN, vcpu_hours=2, waiting=4)) == (
        "2 files transcribed, 1 done before, 3 failed (2 AUDIO_EMPTY, 1 NAME_INVALID), 1 left for the next run, "
        "4 not taken, 0 missing\n"
        "1.0 hours of audio, real-time factor 0.50, 2.0 hours of one vCPU: about $0.0800; elsewhere $1.50\n"
        "12 of 340 words are unsure"
    )
    assert summarize(report_on(make_outcome(0, DONE_BEFORE))) == (
        "0 files transcribed, 1 done before, 0 failed, 0 left for the next run, 0 not taken, 0 missing\n"
        "0.0 minutes of audio, real-time factor none, 0.0 minutes of one vCPU: about $0.0000; elsewhere $0.0000"
    )


def test_the_summary_has_the_doubt_about_the_model() -> None:
    """Otherwise a green run could hide a night of nonsense."""
    report = report_on(make_outcome(0, result.TRANSCRIBED, words=0, unsure_words=0))
    assert report.model_doubt.startswith("The model may not fit the audio: not one word was recognised in 1 files.")
    assert summarize(report).splitlines()[2] == report.model_doubt
    assert report_on(*GREEN_RUN).model_doubt == ""


def test_the_summary_names_the_engines_and_why_they_were_used() -> None:
    """Otherwise nobody would know why a night cost five times as much."""
    slow = {"engine": "libdeepspeech 0.9.3", "engine_note": "too little memory"}
    outcomes = [make_outcome(0, result.TRANSCRIBED, **slow), make_outcome(1, result.TRANSCRIBED, **slow)]
    outcomes += [make_outcome(2, result.TRANSCRIBED, engine="batched float32"), make_outcome(3, DONE_BEFORE)]
    report = report_on(*outcomes)
    assert report.engines == {"batched float32": 1, "libdeepspeech 0.9.3": 2}
    assert report.engine_notes == ("too little memory",)
    last = summarize(report).splitlines()[-3:]
    assert last == ["1 files by batched float32", "2 files by libdeepspeech 0.9.3", "  too little memory"]


def test_the_summary_shows_a_few_of_a_thousand_notes_and_the_report_all() -> None:
    """Each child may have its own note, such as how many segments agree in 8 bits."""
    outcomes = (make_outcome(number, result.TRANSCRIBED, engine_note=f"note {number}") for number in range(1000))
    report = report_on(*outcomes)
    assert len(report.engine_notes) == 1000
    assert summarize(report).count("note ") == 5


def test_the_summary_says_how_many_files_are_no_audio_and_names_the_first() -> None:
    report = report_on(*GREEN_RUN, ignored=7, ignored_keys=("input/a\n.txt", "input/b.zip"))
    assert report.figures["ignored"] == 7
    assert summarize(report).splitlines()[-1] == (
        "7 files ignored, because their names end like no audio: 'input/a\\n.txt', 'input/b.zip', …"
    )


def test_the_log_has_the_summary_and_names_each_file_that_was_not_transcribed() -> None:
    first, second, third, *lines = describe(report_on(*GREEN_RUN)).splitlines()
    assert f"{first}\n{second}\n{third}" == summarize(report_on(*GREEN_RUN))
    assert lines == [
        "  failed 'input/3.wav' AUDIO_EMPTY: why",
        "  failed 'input/4.wav' NAME_INVALID: why",
        "  failed 'input/5.wav' AUDIO_EMPTY: why",
        "  left 'input/6.wav' INPUT_CHANGED: why",
    ]


def test_the_log_names_a_hundred_of_a_thousand_files_and_where_the_others_are() -> None:
    outcomes = [make_outcome(number, result.LEFT, "INPUT_CHANGED") for number in range(999)]
    report = report_on(*outcomes, make_outcome(999, MISSING, "NO_RESULT"))
    lines = describe(report).splitlines()[-101:]
    assert lines[0] == "  missing 'input/999.wav' NO_RESULT: why"
    assert lines[1] == "  left 'input/0.wav' INPUT_CHANGED: why"
    assert lines[-1] == f"  and 900 more files; runs/{report.run}/report.json lists all 1000"
    assert len(report.not_transcribed) == 1000


def test_the_summary_says_which_files_are_archived_and_repeats_the_warnings_of_the_plan() -> None:
    outcomes = [make_outcome(0, result.LEFT, "INPUT_ARCHIVED"), make_outcome(1, result.LEFT, "INPUT_CHANGED")]
    report = report_on(*outcomes, warnings=("1 recordings are archived: 'input/\n0.wav'", "another"))
    first, *_, warning, another = summarize(report).splitlines()
    assert "2 left for the next run (1 of them are archived: restore them first), 0 not taken" in first
    assert (warning, another) == ("Warning: 1 recordings are archived: 'input/\\n0.wav'", "Warning: another")
    assert "  left 'input/0.wav' INPUT_ARCHIVED: why" in describe(report).splitlines()

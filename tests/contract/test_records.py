"""Records: the DAG (Python 3.12) and the container (Python 3.9) read and write the same bytes.

The golden files are records of this release; those in a subfolder are records of an earlier one.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from transcription.contract import records, result
from transcription.contract.default_model import DefaultModel
from transcription.contract.errors import OptionInvalid, RecordInvalid
from transcription.contract.hot_word import HotWord
from transcription.contract.manifest import Done, Failure, Item, Plan, Refusal, Shard
from transcription.contract.options import AUTO, BATCHED, SEPARATE, Options
from transcription.contract.reason import Reason
from transcription.contract.result import Audio, Listening, Model, Output, Result
from transcription.contract.teaching import (
    WORDS,
    ErrorRates,
    TaughtObject,
    TeachingData,
    TeachingOrder,
    TeachingOutcome,
)

GOLDEN = Path(__file__).parent / "golden"

ITEM = Item(0, "input/2022.01.15/a b#1.wav", "0cc175b9c0f1b6a831c399e269772661", 64044)
#: The options in the golden files of the first four releases.
FIRST = Options("court", 200)
SECOND = replace(FIRST, hot_words=(HotWord("objection", 7.5),), formats=("vtt",))
THIRD = replace(SECOND, lm_alpha=0.75, lm_beta=1.5, alternatives=3, low_confidence=0.7, cut_at_silence=False)
FOURTH = replace(THIRD, engine=BATCHED, int8_lstm=True)
#: The options in the golden files of this release.
OPTIONS = replace(FOURTH, channels=SEPARATE, channel_names=("agent", "customer"))
SHARD = Shard("manual-1-0a1b2c3d", 0, OPTIONS, (ITEM,), "dd44")
DONE = Done("manual-1-0a1b2c3d", (ITEM,))
PLAN = Plan(
    run="manual-1-0a1b2c3d",
    draft="4e5f6a7b",
    created="2026-11-22T01:00:07+00:00",
    options=OPTIONS,
    shards=1,
    files=1,
    bytes=64044,
    refused=(Refusal(Item(1, "input/.wav", "d41d8cd9", 0), Failure("NAME_INVALID", "no name ü")),),
    recipe="dd44",
    done=1,
    waiting=2,
    dry_run=True,
    prefix="2022",
    archived=(Refusal(Item(2, "input/old.wav", "d41d8cd9", 9), Failure("INPUT_ARCHIVED", "restore it first")),),
    warnings=("1 recordings are archived",),
    ignored=1,
    ignored_keys=("input/notes.txt",),
)
RESULT = Result(
    item=ITEM,
    status=result.TRANSCRIBED,
    options=OPTIONS,
    model=Model("court", "aa11", "bb22"),
    finished="2026-11-22T01:03:00+00:00",
    wall_seconds=1.5,
    audio=Audio(2.0, 16000, 2, "PCM_16", channel_use="separate"),
    outputs=(Output("output/2022.01.15/a b#1", 12, "cc33"),),
    words=2,
    confidence=0.93,
    unsure_words=1,
    cpu_seconds=0.9,
    engine="batched int8 LSTM",
    engine_note="as float32 in 9 of 10 segments",
    listening=Listening(peaks=True, copy=True, note="a note"),
)


#: Of a file, and of a whole child.
REASONS = {
    "reason": Reason(Failure("OBJECT_DENIED", "S3 refused ü"), ITEM),
    "child-reason": Reason(Failure("MODEL_INVALID", "the scorer is cut short")),
}
MODEL_IN_USE = DefaultModel().changed_to("court-1", changed="2026-11-22T01:00:00+00:00", by="Anna", reason="better")
ORDER = TeachingOrder(
    run="manual-1-0a1b2c3d",
    created="2026-11-22T01:00:07+00:00",
    what=WORDS,
    base="court-1",
    name="court",
    set_name="anna",
    others_set="visitors",
    model_in_use="court-1",
    use_if_better=False,
    guard_points=2.0,
    heard_minutes=40.0,
    dry_run=True,
)
OUTCOME = TeachingOutcome(
    finished="2026-11-22T02:00:00+00:00",
    verdict="BETTER",
    reason="Fewer words are wrong.",
    is_better=True,
    model="court-2",
    base="court-1",
    word_error_rates={"test": ErrorRates(9.2, 0.8), "others": ErrorRates(0.0, 0.5)},
    interval_low=6.0,
    interval_high=11.2,
    test_words=400,
    findings=2,
)
TEACHING = {
    "teaching-order": ORDER,
    "teaching-data": TeachingData("court-2", (TaughtObject("teaching/anna/a b#1.wav", "aa11", 64044),)),
    "teaching-outcome": OUTCOME,
}
RECORDS = {
    "plan": PLAN, "shard": SHARD, "done": DONE, "result": RESULT, "default-model": MODEL_IN_USE, **REASONS, **TEACHING,
}  # fmt: skip


@pytest.mark.parametrize(("name", "record"), RECORDS.items(), ids=list(RECORDS))
def test_records_of_this_version_stay_readable(name: str, record: object) -> None:
    """A new release reads the records of runs in progress: change a golden file only with `records.VERSION`."""
    golden = (GOLDEN / f"{name}.json").read_bytes()
    assert records.load(type(record), golden, name) == record
    assert records.dump(record) == golden


RELEASES = [("first", FIRST), ("second", SECOND), ("third", THIRD), ("fourth", FOURTH)]


@pytest.mark.parametrize("kind", [Plan, Shard, Result])
@pytest.mark.parametrize(("release", "options"), RELEASES)
def test_records_from_before_a_field_was_added_stay_readable(release: str, options: Options, kind: type) -> None:
    name = kind.__name__.lower()
    record = records.load(kind, (GOLDEN / release / f"{name}.json").read_bytes(), name)
    assert record.options == options


def test_a_newer_writer_may_add_fields() -> None:
    document = json.loads((GOLDEN / "result.json").read_text())
    document["item"]["colour"] = document["colour"] = "blue"
    assert records.load(Result, json.dumps(document).encode(), "result") == RESULT


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "same release"),
        ({"record": "plan"}, "not a result"),
        ({"wall_seconds": "long"}, "wall_seconds: expected a number"),
        ({"item": {"number": 0}}, "item: .*missing"),
        ({"item": {**vars(ITEM), "size": "big"}}, "item: size: expected of type int"),
        ({"outputs": {}}, "outputs: expected a list"),
        ({"no_speech": 1}, "no_speech: expected of type bool"),
    ],
)
def test_a_wrong_record_is_refused_and_the_field_is_named(change: dict[str, object], message: str) -> None:
    document = {**json.loads((GOLDEN / "result.json").read_text()), **change}
    with pytest.raises(RecordInvalid, match=message):
        records.load(Result, json.dumps(document).encode(), "result")


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"<Error/>"])
def test_something_that_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(RecordInvalid, match="runs/x"):
        records.load(Result, data, "runs/x")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "../x"}, "model"),
        ({"model": "a/b"}, "model"),
        ({"beam_width": 0}, "beam_width"),
        ({"beam_width": 10_000}, "beam_width"),
        ({"formats": ("srt", "pdf")}, "srt, vtt, csv, docx, TextGrid, eaf, each once. Text and JSON"),
        ({"formats": ("srt", "srt")}, "formats"),
        ({"hot_words": (HotWord("a", 1), HotWord("a", 2))}, "more than once: a"),
        ({"lm_alpha": 0.9}, "lm_alpha and lm_beta only work together; give both or neither"),
        ({"lm_beta": 1.2}, "lm_alpha and lm_beta only work together; give both or neither"),
        ({"lm_alpha": -0.1, "lm_beta": 1.2}, "lm_alpha -0.1 must be from 0 to 100. Values below 5"),
        ({"lm_alpha": 0.9, "lm_beta": 100.1}, "lm_beta 100.1 must be from 0 to 100. Values below 5"),
        ({"lm_alpha": float("nan"), "lm_beta": 1.2}, "lm_alpha nan must be from 0 to 100"),
        ({"alternatives": -1}, "alternatives -1 must be a whole number from 0 to 15"),
        ({"alternatives": 16}, "alternatives 16 must be a whole number from 0 to 15"),
        ({"alternatives": 2.5}, "alternatives 2.5 must be a whole number from 0 to 15"),
        ({"low_confidence": -0.01}, "low_confidence -0.01 must be from 0 to 1. 0 marks no word"),
        ({"low_confidence": 90}, "low_confidence 90 must be from 0 to 1. 0 marks no word"),
        ({"low_confidence": float("nan")}, "low_confidence nan must be from 0 to 1"),
        ({"channels": "both"}, "channels .*both.* auto, mix, separate"),
        ({"channel_names": ("agent", "1")}, "'1' must begin with a letter"),
        ({"channel_names": ("a: b",)}, "'a: b' must begin with a letter"),
        ({"channel_names": ("a" * 41,)}, "at most 40 letters"),
        ({"channel_names": ("agent", "agent")}, "two channels have the same name"),
    ],
)
def test_bad_options_are_refused_with_what_may_be_used(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionInvalid, match=message):
        Options(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"lm_alpha": 0, "lm_beta": 100},
        {"lm_alpha": 100, "lm_beta": 0},
        {"alternatives": 15},
        {"low_confidence": 0},
        {"low_confidence": 1},
        {"beam_width": 1},
        {"beam_width": 4096},
        {"channel_names": ("a" * 40, "Müller (2)")},
    ],
)
def test_the_limits_in_an_error_are_themselves_allowed(options: dict[str, Any]) -> None:
    Options(**options)


@pytest.mark.parametrize("text", ["", "sonata", "sonata:", ":7", "sonata:loud", "two words:7", "sonata:nan", "a:101"])
def test_a_hot_word_written_otherwise_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(OptionInvalid, match=r"sonata:7\.5|one word|usual"):
        HotWord.parse(text)


def test_a_hot_word_is_a_word_and_a_boost() -> None:
    assert HotWord.parse(" o'clock:-2.5 ") == HotWord("o'clock", -2.5)


def test_a_result_counts_only_for_the_same_audio_model_and_options() -> None:
    assert RESULT.commits(ITEM, OPTIONS, RESULT.model)
    assert not RESULT.commits(Item(0, ITEM.key, "other", ITEM.size), OPTIONS, RESULT.model)
    assert not RESULT.commits(ITEM, Options(), RESULT.model)
    assert not RESULT.commits(ITEM, OPTIONS, Model("court", "aa12", "bb22"))


def test_a_result_counts_whichever_engine_wrote_it() -> None:
    """Otherwise a child that runs again with another engine would transcribe all of its audio a second time."""
    assert RESULT.commits(ITEM, replace(OPTIONS, engine=AUTO), RESULT.model)
    assert not RESULT.commits(ITEM, replace(OPTIONS, engine=AUTO, int8_lstm=False), RESULT.model)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"what": "music"}, "what is 'music'; it must be one of sound, words, both"),
        ({"base": ""}, "base is ''; it must be the name of a folder"),
        ({"name": "../court"}, "name is '../court'"),
        ({"set_name": "a/b"}, "set_name is 'a/b'"),
        ({"others_set": "a/b"}, "others_set is 'a/b'"),
        ({"others_set": "anna"}, "others_set is 'anna', the set that is taught"),
    ],
)
def test_an_order_whose_names_are_no_folders_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionInvalid, match=message):
        replace(ORDER, **change)


def test_without_words_in_the_test_there_are_no_figures_of_a_test() -> None:
    assert OUTCOME.test == ErrorRates(9.2, 0.8)
    assert replace(OUTCOME, test_words=0, word_error_rates={}).test is None

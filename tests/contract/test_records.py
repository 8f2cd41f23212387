"""Records: the DAG (3.12) and the container (3.9) must read the same bytes the same way."""

import json
from pathlib import Path

import pytest

from transcription.contract import records, result
from transcription.contract.errors import OptionInvalid, RecordInvalid
from transcription.contract.manifest import Failure, Item, Plan, Refusal, Shard
from transcription.contract.options import Options
from transcription.contract.result import Audio, Model, Output, Result

GOLDEN = Path(__file__).parent / "golden"

ITEM = Item(0, "input/2022.01.15/a b#1.wav", "0cc175b9c0f1b6a831c399e269772661", 64044)
OPTIONS = Options(model="court", beam_width=200)
SHARD = Shard("manual-1-0a1b2c3d", 0, OPTIONS, (ITEM,))
PLAN = Plan(
    run="manual-1-0a1b2c3d",
    draft="4e5f6a7b",
    created="2026-11-22T01:00:07+00:00",
    options=OPTIONS,
    shards=1,
    files=1,
    bytes=64044,
    refused=(Refusal(Item(1, "input/.wav", "d41d8cd9", 0), Failure("NAME_INVALID", "no name ü")),),
)
RESULT = Result(
    item=ITEM,
    status=result.TRANSCRIBED,
    options=OPTIONS,
    model=Model("court", "aa11", "bb22"),
    finished="2026-11-22T01:03:00+00:00",
    wall_seconds=1.5,
    audio=Audio(2.0, 16000, 1, "PCM_16"),
    outputs=(Output("output/2022.01.15/a b#1", 12, "cc33"),),
    words=2,
    confidence=0.93,
)


@pytest.mark.parametrize(
    ("name", "record"), [("plan", PLAN), ("shard", SHARD), ("result", RESULT)], ids=["plan", "shard", "result"]
)
def test_records_of_this_version_stay_readable(name: str, record: object) -> None:
    """Change a golden file only together with `records.VERSION`: runs in flight are read by newer code."""
    golden = (GOLDEN / f"{name}.json").read_bytes()
    assert records.load(type(record), golden, name) == record
    assert records.dump(record) == golden


def test_a_newer_writer_may_add_fields() -> None:
    document = json.loads((GOLDEN / "result.json").read_text())
    document["item"]["colour"] = document["colour"] = "blue"
    assert records.load(Result, json.dumps(document).encode(), "result") == RESULT


@pytest.mark.parametrize(
    ("change", "complaint"),
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
def test_a_wrong_record_is_refused_and_the_field_is_named(change: dict[str, object], complaint: str) -> None:
    document = {**json.loads((GOLDEN / "result.json").read_text()), **change}
    with pytest.raises(RecordInvalid, match=complaint):
        records.load(Result, json.dumps(document).encode(), "result")


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"<Error/>"])
def test_something_that_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(RecordInvalid, match="runs/x"):
        records.load(Result, data, "runs/x")


@pytest.mark.parametrize("options", [{"model": "../x"}, {"model": "a/b"}, {"beam_width": 0}, {"beam_width": 10_000}])
def test_bad_options_are_refused_with_what_may_be_used(options: dict[str, object]) -> None:
    with pytest.raises(OptionInvalid, match=next(iter(options))):
        Options(**options)  # type: ignore[arg-type]


def test_a_result_counts_only_for_the_same_audio_model_and_options() -> None:
    assert RESULT.commits(ITEM, OPTIONS, RESULT.model)
    assert not RESULT.commits(Item(0, ITEM.key, "other", ITEM.size), OPTIONS, RESULT.model)
    assert not RESULT.commits(ITEM, Options(), RESULT.model)
    assert not RESULT.commits(ITEM, OPTIONS, Model("court", "aa12", "bb22"))

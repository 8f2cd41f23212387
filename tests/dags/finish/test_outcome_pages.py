"""Pages of outcomes: a task that was killed continues after the pages that it wrote, and a cleared task does not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.support.dags.bucket_objects import RUN, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.dags.outcome_lists import write_verdicts
from tests.support.dags.reports import make_outcome
from tests.support.standin.standin_server import LocalAws
from transcription.contract import records, result
from transcription.contract.errors import RecordMissing
from transcription.contract.manifest import Item, Plan
from transcription.contract.run_keys import RunKeys
from transcription.finish import outcome_pages
from transcription.finish.moving import move
from transcription.finish.outcome_pages import PageReader
from transcription.finish.outcomes import MISSING, Outcome, Outcomes
from transcription.finish.verification import verify
from transcription.shared.bucket import Bucket

KEYS = RunKeys(RUN)
#: Number of files of the tests' runs. With two files on a page, there are three pages.
FILES = 5
CLEARING, NEXT_CLEARING = 2, 5


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transcription.finish.verification.PAGE", 2)


@pytest.fixture
def items(bucket: Bucket) -> tuple[Item, ...]:
    return upload_all(bucket, *(f"input/{number}.wav" for number in range(FILES)))


@pytest.fixture
def verified(bucket: Bucket, plan: Plan, aws: LocalAws) -> Plan:
    """The plan of a run whose files are verified."""
    verify(bucket, plan, CLEARING)
    aws.control("DELETE", "/_calls")
    return plan


def calls(aws: LocalAws) -> dict[str, int]:
    counts: dict[str, int] = aws.control("GET", "/_calls").get("s3", {})
    return counts


def delete(bucket: Bucket, key: str) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=key)


def read_verdicts(bucket: Bucket) -> list[Outcome]:
    return list(PageReader(bucket, outcome_pages.verdicts(RUN)))


def test_each_page_has_its_files_and_the_size_of_the_whole(bucket: Bucket, verified: Plan) -> None:
    pages = [bucket.read_record(Outcomes, KEYS.verdicts(page)) for page in range(3)]
    assert [[outcome.item.number for outcome in page.files] for page in pages] == [[0, 1], [2, 3], [4]]
    assert {(page.run, page.pages, page.planned) for page in pages} == {(verified.run, 3, FILES)}


def test_a_killed_verification_continues_after_its_last_page(bucket: Bucket, verified: Plan, aws: LocalAws) -> None:
    delete(bucket, KEYS.verdicts(2))
    aws.control("DELETE", "/_calls")
    verify(bucket, verified, CLEARING)
    # Text and JSON of the one file on the last page. GET: the shard, three pages, the result of that file.
    # PUT: the text and the outcome of that file.
    assert calls(aws) == {"LIST runs/": 1, "GET runs/": 1 + 3 + 1, "GET output/": 2, "PUT runs/": 2}
    assert [outcome.status for outcome in read_verdicts(bucket)] == [result.TRANSCRIBED] * FILES


def test_after_a_page_that_does_not_exist_no_further_page_is_looked_for(
    bucket: Bucket, plan: Plan, aws: LocalAws
) -> None:
    aws.control("DELETE", "/_calls")
    verify(bucket, plan, CLEARING)
    assert calls(aws)["GET runs/"] == 1 + 1 + FILES
    assert calls(aws)["PUT runs/"] == 3 + 3


def test_a_cleared_verification_reads_every_transcript_again(bucket: Bucket, verified: Plan, aws: LocalAws) -> None:
    delete(bucket, "output/0.json")
    verify(bucket, verified, NEXT_CLEARING)
    assert calls(aws)["GET output/"] == 2 * FILES
    assert [outcome.status for outcome in read_verdicts(bucket)] == [MISSING, *[result.TRANSCRIBED] * (FILES - 1)]


def test_another_plan_of_the_same_run_is_verified_from_its_first_file(
    bucket: Bucket, verified: Plan, aws: LocalAws
) -> None:
    other = replace(verified, draft="00000000", files=0, shards=0)
    verify(bucket, other, CLEARING)
    assert read_verdicts(bucket) == []
    assert calls(aws)["PUT runs/"] == 1


def test_missing_files_on_a_page_of_a_killed_verification_are_verified_again(
    bucket: Bucket, plan: Plan, container: Container, items: tuple[Item, ...], aws: LocalAws
) -> None:
    """`transcribe` and the tasks after it are cleared while verification works: another job transcribes the rest."""
    delete(bucket, KEYS.result(1))
    verify(bucket, plan, CLEARING)
    assert [outcome.status for outcome in read_verdicts(bucket)].count(MISSING) == 1
    container.transcribe(bucket, plan, items[1])
    aws.control("DELETE", "/_calls")
    verify(bucket, plan, CLEARING)
    assert calls(aws)["GET output/"] == 2
    assert calls(aws)["PUT runs/"] == 2
    assert [outcome.status for outcome in read_verdicts(bucket)] == [result.TRANSCRIBED] * FILES


@pytest.mark.usefixtures("verified")
def test_a_killed_move_continues_after_its_last_page(bucket: Bucket, aws: LocalAws) -> None:
    move(bucket, RUN, CLEARING)
    assert calls(aws)["COPY processed/"] == FILES
    delete(bucket, KEYS.moves(2))
    aws.control("DELETE", "/_calls")
    move(bucket, RUN, CLEARING)
    moved = list(PageReader(bucket, outcome_pages.moves(RUN)))
    # The file of the last page is gone from `input/` already: its copy fails, and its copy in `processed/` is found.
    assert calls(aws)["COPY processed/"] == 1
    assert [outcome.status for outcome in moved] == [result.TRANSCRIBED] * FILES


def test_a_killed_move_begins_anew_after_another_verification(bucket: Bucket, verified: Plan, aws: LocalAws) -> None:
    move(bucket, RUN, CLEARING)
    verify(bucket, verified, NEXT_CLEARING)
    aws.control("DELETE", "/_calls")
    move(bucket, RUN, CLEARING)
    assert calls(aws)["COPY processed/"] == FILES
    assert calls(aws)["PUT runs/"] == 3


def test_pages_of_a_verification_that_did_not_end_are_refused(bucket: Bucket, verified: Plan) -> None:
    """Somebody marks a cleared and killed task as successful: its first page is new, the others are not."""
    first = bucket.read_record(Outcomes, KEYS.verdicts(0))
    bucket.write_record(KEYS.verdicts(0), replace(first, generation="another"))
    with pytest.raises(RecordMissing, match=r"verdicts/00001\.json was not written again.*Clear.*verify_transcripts"):
        read_verdicts(bucket)
    delete(bucket, KEYS.verdicts(1))
    with pytest.raises(RecordMissing, match=r"verdicts/00001\.json does not exist.*Clear the task verify_transcripts"):
        read_verdicts(bucket)
    assert verified.files == FILES


def test_outcomes_that_release_0_2_wrote_are_moved(bucket: Bucket, items: tuple[Item, ...]) -> None:
    outcomes = Outcomes(RUN, tuple(Outcome(item, result.TRANSCRIBED) for item in items))
    document = json.loads(records.dump(outcomes))
    for name in ("generation", "pages", "planned"):
        del document[name]
    bucket.client.put_object(Bucket=bucket.name, Key=f"runs/{RUN}/verdicts.json", Body=json.dumps(document))
    assert PageReader(bucket, outcome_pages.verdicts(RUN)).planned == FILES
    move(bucket, RUN, CLEARING)
    assert [outcome.item for outcome in PageReader(bucket, outcome_pages.moves(RUN))] == list(items)
    assert len(list(bucket.list("processed/"))) == FILES


def test_pages_of_this_release_count_more_than_the_record_of_an_earlier_one(bucket: Bucket) -> None:
    old, new = make_outcome(0, MISSING), make_outcome(0, result.TRANSCRIBED)
    bucket.write_record(KEYS.all_verdicts, Outcomes(RUN, (old,)))
    assert read_verdicts(bucket) == [old]
    write_verdicts(bucket, RUN, [new])
    assert read_verdicts(bucket) == [new]

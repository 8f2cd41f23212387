"""The texts of a run: each verified transcript is in one part, and the page of its outcome names the part."""

from __future__ import annotations

import pytest

from tests.support.dags.bucket_objects import RUN, upload_all
from tests.support.dags.container_transcripts import Container, put
from tests.support.dags.outcome_lists import write_verdicts
from tests.support.dags.reports import make_outcome
from transcription.contract.manifest import Item, Plan
from transcription.contract.run_keys import RunKeys
from transcription.finish import texts
from transcription.finish.moving import move
from transcription.finish.outcomes import Outcomes
from transcription.finish.texts import RecordingText, Texts, TextWriter
from transcription.finish.verification import verify
from transcription.shared.bucket import Bucket

KEYS = RunKeys(RUN)
FILES, CLEARING = 5, 2


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transcription.finish.verification.PAGE", 3)


@pytest.fixture
def items(bucket: Bucket) -> tuple[Item, ...]:
    return upload_all(bucket, *(f"input/calls/{number}.wav" for number in range(FILES)))


def names(bucket: Bucket, page: Outcomes) -> list[list[str]]:
    """Return the names of the recordings in each part of a page."""
    parts = [bucket.read_record(Texts, key) for key in page.texts or ()]
    return [[recording.name for recording in part.recordings] for part in parts]


def verdicts(bucket: Bucket, page: int) -> Outcomes:
    return bucket.read_record(Outcomes, KEYS.verdicts(page))


def test_each_page_has_the_texts_of_its_files(bucket: Bucket, plan: Plan) -> None:
    verify(bucket, plan, CLEARING)
    assert names(bucket, verdicts(bucket, 0)) == [["calls/0", "calls/1", "calls/2"]]
    assert names(bucket, verdicts(bucket, 1)) == [["calls/3", "calls/4"]]
    (key,) = verdicts(bucket, 1).texts or ()
    written = bucket.read("output/calls/3")
    assert written
    assert bucket.read_record(Texts, key).recordings[0] == RecordingText("calls/3", written.decode().strip())


def test_a_part_has_a_limit(bucket: Bucket, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_PART_CHARACTERS", 1)
    verify(bucket, plan, CLEARING)
    assert names(bucket, verdicts(bucket, 0)) == [["calls/0"], ["calls/1"], ["calls/2"]]


def test_a_file_that_another_job_transcribed_gets_a_part_of_its_own(
    bucket: Bucket, plan: Plan, items: tuple[Item, ...], container: Container
) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=KEYS.result(0))
    verify(bucket, plan, CLEARING)
    container.transcribe(bucket, plan, items[0])
    verify(bucket, plan, CLEARING)
    assert names(bucket, verdicts(bucket, 0)) == [["calls/1", "calls/2"], ["calls/0"]]


def test_a_page_of_an_earlier_release_stays_without_texts(
    bucket: Bucket, plan: Plan, items: tuple[Item, ...], container: Container
) -> None:
    """Its other texts are in no part, so the search reads the transcripts themselves."""
    bucket.client.delete_object(Bucket=bucket.name, Key=KEYS.result(0))
    verify(bucket, plan, CLEARING)
    first = verdicts(bucket, 0)
    bucket.write_record(KEYS.verdicts(0), Outcomes(first.run, first.files, first.generation, first.pages, FILES))
    container.transcribe(bucket, plan, items[0])
    verify(bucket, plan, CLEARING)
    assert verdicts(bucket, 0).texts is None


def test_a_transcript_that_does_not_pass_has_no_text(bucket: Bucket, plan: Plan) -> None:
    put(bucket, "output/calls/1", b"another text\n")
    verify(bucket, plan, CLEARING)
    assert names(bucket, verdicts(bucket, 0)) == [["calls/0", "calls/2"]]


def test_a_later_verification_leaves_the_parts_of_the_present_pages_alone(bucket: Bucket, plan: Plan) -> None:
    verify(bucket, plan, CLEARING)
    before = verdicts(bucket, 0).texts or ()
    verify(bucket, plan, CLEARING + 1)
    assert not {*before} & {*(verdicts(bucket, 0).texts or ())}
    assert [bucket.read_record(Texts, key) for key in before]


def test_the_pages_after_moving_name_the_parts(bucket: Bucket, plan: Plan) -> None:
    verify(bucket, plan, CLEARING)
    move(bucket, RUN, CLEARING)
    for page in range(2):
        assert bucket.read_record(Outcomes, KEYS.moves(page)).texts == verdicts(bucket, page).texts


def test_verdicts_of_an_earlier_release_are_moved(bucket: Bucket) -> None:
    write_verdicts(bucket, RUN, [make_outcome(0, "left", "INPUT_CHANGED")])
    move(bucket, RUN, CLEARING)
    assert bucket.read_record(Outcomes, KEYS.moves(0)).texts is None


def test_a_text_that_utf_8_cannot_hold_is_written(bucket: Bucket) -> None:
    writer = TextWriter(bucket, RUN, "draft-1")
    writer.add(Item(0, "input/a.wav", "e", 1), "half a pair: \ud83d")
    (key,) = writer.end_page()
    assert bucket.read_record(Texts, key).recordings == (RecordingText("a", "half a pair: ?"),)

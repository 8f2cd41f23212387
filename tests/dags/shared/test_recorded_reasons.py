"""The recorded reasons of a job: which there are, and what a reason that S3 refuses to show means."""

from __future__ import annotations

import pytest

from tests.support.dags.bucket_objects import RUN
from tests.support.standin.standin_server import LocalAws
from transcription.contract.manifest import Failure, Item
from transcription.contract.reason import Reason
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import Bucket
from transcription.shared.recorded_reasons import RecordedReasons

KEYS, DRAFT = RunKeys(RUN), "draft"
ITEM = Item(0, "input/0.wav", "etag", 10)
OF_FILE, OF_CHILD = (
    Reason(Failure("OBJECT_DENIED", "S3 refused it"), ITEM),
    Reason(Failure("MODEL_INVALID", "cut short")),
)


@pytest.fixture(autouse=True)
def recorded(bucket: Bucket) -> None:
    """A reason of the file 0, and one of the child 1."""
    bucket.write_record(KEYS.file_reason(DRAFT, 0), OF_FILE)
    bucket.write_record(KEYS.child_reason(DRAFT, 1), OF_CHILD)


def test_reasons_of_files_and_of_children_are_told_apart(bucket: Bucket) -> None:
    reasons = RecordedReasons(bucket, RUN, DRAFT)
    assert reasons.children == [1]
    assert reasons.of_unfinished_files(5) == ([OF_FILE], 1)
    assert (reasons.of_file(ITEM), reasons.of_child(1)) == (OF_FILE.failure, OF_CHILD.failure)
    assert reasons.of_child(0) is None


def test_a_reason_that_s3_refuses_to_show_counts_as_absent(
    bucket: Bucket, aws: LocalAws, caplog: pytest.LogCaptureFixture
) -> None:
    aws.order(kind="deny", methods=["GET"], prefix=KEYS.file_reason(DRAFT, 0))
    reasons = RecordedReasons(bucket, RUN, DRAFT)
    assert reasons.of_file(ITEM) is None
    assert reasons.of_child(1) == OF_CHILD.failure
    assert "A record with reasons cannot be read: [OBJECT_DENIED]" in caplog.text

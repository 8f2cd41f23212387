"""The audio bucket as the pages use it."""

from __future__ import annotations

from tests.support.dags.bucket_objects import upload
from transcript_pages.audio_bucket import audio_bucket
from transcription.shared.bucket import Bucket


def test_times_are_those_that_botocore_reads_in_listings_and_in_headers(app: object, bucket: Bucket) -> None:
    upload(bucket, "output/a", b"text")
    client = audio_bucket().client
    (listed,) = client.list_objects_v2(Bucket=bucket.name)["Contents"]
    (expected,) = bucket.client.list_objects_v2(Bucket=bucket.name)["Contents"]
    assert listed["LastModified"] == expected["LastModified"]
    head = client.head_object(Bucket=bucket.name, Key="output/a")
    assert head["LastModified"] == expected["LastModified"].replace(microsecond=0)

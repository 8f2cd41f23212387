"""The buckets: what is kept, for how long, and from whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.infra.synthesized_stacks import SynthesizedStacks
from transcription.contract import keys


def rules(deployment: SynthesizedStacks, key: str) -> list[Any]:
    """The lifecycle rules that apply to a key of the audio bucket."""
    found = deployment.properties("AWS::S3::Bucket", "Audio")["LifecycleConfiguration"]["Rules"]
    return [rule for rule in found if key.startswith(rule.get("Prefix", ""))]


def expirations(deployment: SynthesizedStacks, key: str) -> list[int]:
    return [rule["ExpirationInDays"] for rule in rules(deployment, key) if "ExpirationInDays" in rule]


@pytest.mark.parametrize("name", ["Audio", "Airflow"])
def test_nobody_sees_a_bucket_and_nothing_in_it_is_overwritten_for_good(
    deployment: SynthesizedStacks, name: str
) -> None:
    bucket = deployment.properties("AWS::S3::Bucket", name)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_destroy_leaves_audio_and_transcripts(default: SynthesizedStacks) -> None:
    buckets = default.resources("AWS::S3::Bucket")
    (audio,) = (bucket for name, bucket in buckets.items() if name.startswith("Audio"))
    assert (audio["DeletionPolicy"], audio["UpdateReplacePolicy"]) == ("Retain", "Retain")
    emptied = default.resources("Custom::S3AutoDeleteObjects")
    assert all(name.startswith("Airflow") for name in emptied)


def test_destroy_takes_them_too_where_that_was_asked_for(other: SynthesizedStacks) -> None:
    buckets = other.resources("AWS::S3::Bucket")
    (audio,) = (bucket for name, bucket in buckets.items() if name.startswith("Audio"))
    assert audio["DeletionPolicy"] == "Delete"
    assert any(name.startswith("Audio") for name in other.resources("Custom::S3AutoDeleteObjects"))


def test_destroy_takes_the_bucket_that_only_has_files_of_the_repository(deployment: SynthesizedStacks) -> None:
    (airflow,) = (
        found for name, found in deployment.resources("AWS::S3::Bucket").items() if name.startswith("Airflow")
    )
    assert airflow["DeletionPolicy"] == "Delete"
    assert any(name.startswith("Airflow") for name in deployment.resources("Custom::S3AutoDeleteObjects"))


@pytest.mark.parametrize(
    "prefix",
    [keys.INPUT_FOLDER, keys.OUTPUT_FOLDER, keys.PROCESSED_FOLDER, keys.FAILED_FOLDER, keys.MODELS_FOLDER, "", "run"],
)
def test_nothing_of_peoples_expires_by_itself(default: SynthesizedStacks, prefix: str) -> None:
    assert expirations(default, f"{prefix}talk.wav") == []


def test_manifests_and_results_do_not_stay_for_ever(deployment: SynthesizedStacks) -> None:
    # Of the original: "Manifests never deleted."
    assert expirations(deployment, keys.RunKeys("a-run").shard("draft", 0)) == [90]
    (rule,) = (rule for rule in rules(deployment, keys.RunKeys("a-run").report) if rule.get("Prefix"))
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_processed_audio_expires_where_that_was_asked_for(other: SynthesizedStacks) -> None:
    assert expirations(other, keys.processed("input/talk.wav")) == [30]
    assert expirations(other, "output/talk") == []


@pytest.mark.parametrize("prefix", [keys.INPUT_FOLDER, keys.OUTPUT_FOLDER, keys.PROCESSED_FOLDER])
def test_what_was_replaced_or_deleted_can_be_restored_for_a_month_and_is_then_not_paid_for(
    deployment: SynthesizedStacks, prefix: str
) -> None:
    found = [rule for rule in rules(deployment, f"{prefix}talk") if "NoncurrentVersionExpiration" in rule]
    assert [rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in found] == [30]
    assert found[0]["ExpiredObjectDeleteMarker"] is True
    assert found[0]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert {rule["Status"] for rule in rules(deployment, f"{prefix}talk")} == {"Enabled"}

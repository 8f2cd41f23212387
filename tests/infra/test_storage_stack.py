"""The buckets: access, versions, lifecycle rules and deletion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.infra.synthesized_stacks import SynthesizedStacks
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys


def rules(deployment: SynthesizedStacks, key: str) -> list[Any]:
    """Return the lifecycle rules that apply to a key of the audio bucket."""
    all_rules = deployment.properties("AWS::S3::Bucket", "Audio")["LifecycleConfiguration"]["Rules"]
    return [rule for rule in all_rules if key.startswith(rule.get("Prefix", ""))]


def expirations(deployment: SynthesizedStacks, key: str) -> list[int]:
    """Return the days after which lifecycle rules delete a key of the audio bucket."""
    return [rule["ExpirationInDays"] for rule in rules(deployment, key) if "ExpirationInDays" in rule]


@pytest.mark.parametrize("name", ["Audio", "Airflow"])
def test_buckets_are_private_versioned_and_encrypted(deployment: SynthesizedStacks, name: str) -> None:
    bucket = deployment.properties("AWS::S3::Bucket", name)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_destroy_keeps_the_audio_bucket(default: SynthesizedStacks) -> None:
    buckets = default.resources("AWS::S3::Bucket")
    (audio,) = (bucket for name, bucket in buckets.items() if name.startswith("Audio"))
    assert (audio["DeletionPolicy"], audio["UpdateReplacePolicy"]) == ("Retain", "Retain")
    emptied_buckets = default.resources("Custom::S3AutoDeleteObjects")
    assert all(name.startswith("Airflow") for name in emptied_buckets)


def test_destroy_deletes_the_audio_bucket_without_retain_audio(other: SynthesizedStacks) -> None:
    buckets = other.resources("AWS::S3::Bucket")
    (audio,) = (bucket for name, bucket in buckets.items() if name.startswith("Audio"))
    assert audio["DeletionPolicy"] == "Delete"
    assert any(name.startswith("Audio") for name in other.resources("Custom::S3AutoDeleteObjects"))


def test_destroy_deletes_the_bucket_of_airflows_files(deployment: SynthesizedStacks) -> None:
    (airflow,) = (
        bucket for name, bucket in deployment.resources("AWS::S3::Bucket").items() if name.startswith("Airflow")
    )
    assert airflow["DeletionPolicy"] == "Delete"
    assert any(name.startswith("Airflow") for name in deployment.resources("Custom::S3AutoDeleteObjects"))


@pytest.mark.parametrize(
    "prefix",
    [
        keys.INPUT_FOLDER,
        keys.OUTPUT_FOLDER,
        keys.PROCESSED_FOLDER,
        keys.LISTENING_FOLDER,
        keys.FAILED_FOLDER,
        keys.MODELS_FOLDER,
        "",
        "run",
    ],
)
def test_audio_transcripts_and_models_do_not_expire_by_default(default: SynthesizedStacks, prefix: str) -> None:
    assert expirations(default, f"{prefix}talk.wav") == []


def test_manifests_and_results_expire(deployment: SynthesizedStacks) -> None:
    # A defect of the original: manifests were never deleted.
    assert expirations(deployment, RunKeys("a-run").shard("draft", 0)) == [90]
    (rule,) = (rule for rule in rules(deployment, RunKeys("a-run").report) if rule.get("Prefix"))
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_processed_audio_expires_after_processed_days(other: SynthesizedStacks) -> None:
    assert expirations(other, keys.processed("input/talk.wav")) == [30]
    assert expirations(other, keys.listening_copy("talk")) == [30]
    assert expirations(other, "output/talk") == []


@pytest.mark.parametrize("prefix", [keys.INPUT_FOLDER, keys.OUTPUT_FOLDER, keys.PROCESSED_FOLDER])
def test_old_versions_are_kept_for_thirty_days(deployment: SynthesizedStacks, prefix: str) -> None:
    version_rules = [rule for rule in rules(deployment, f"{prefix}talk") if "NoncurrentVersionExpiration" in rule]
    assert [rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in version_rules] == [30]
    assert version_rules[0]["ExpiredObjectDeleteMarker"] is True
    assert version_rules[0]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert {rule["Status"] for rule in rules(deployment, f"{prefix}talk")} == {"Enabled"}


def test_web_pages_can_only_upload(deployment: SynthesizedStacks) -> None:
    bucket = deployment.properties("AWS::S3::Bucket", "Audio")
    (rule,) = bucket["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["PUT"]
    assert rule["AllowedHeaders"] == ["if-none-match"]
    assert "ExposedHeaders" not in rule
    assert "CorsConfiguration" not in deployment.properties("AWS::S3::Bucket", "Airflow")

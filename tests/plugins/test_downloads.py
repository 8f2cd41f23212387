"""Downloads: one ZIP archive of any selection, made while it is sent, and safe to unpack."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from typing import Any

import pytest

from tests.support.dags.bucket_objects import upload
from tests.support.dags.outcome_lists import write_moves
from tests.support.dags.reports import AUDIO
from tests.support.plugins.airflow_runs import add_run, remove_runs
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.transcripts import transcript_document, write_transcript
from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.transcript_zip import EntryNames, zip_transcripts
from transcription.contract import keys, result
from transcription.contract.manifest import Item
from transcription.finish.outcomes import Outcome
from transcription.shared.bucket import Bucket


def add(bucket: Bucket, *names: str) -> None:
    for name in names:
        upload(bucket, keys.transcript(name), f"text of {name}".encode())
        upload(bucket, keys.transcript_json(name), b"{}")


def unpack(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def download(client: BrowserClient, **query: Any) -> dict[str, str]:
    answer = client.get("download", **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return unpack(answer.content)


def test_folders_are_kept_also_where_a_recording_has_the_name_of_a_folder(
    viewer: BrowserClient, bucket: Bucket
) -> None:
    add(bucket, "talk", "talk/part1", "other")
    assert download(viewer, format="txt", prefix="talk") == {
        "talk.txt": "text of talk",
        "talk/part1.txt": "text of talk/part1",
    }


def test_selected_recordings_are_sent_once(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "a", "b", "c")
    assert list(download(viewer, format="json", name=["c", "a", "c"])) == ["c.json", "a.json"]


def test_a_correction_takes_the_place_of_the_transcript(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "a")
    upload(bucket, keys.corrected("a"), b"corrected")
    assert download(viewer, format="txt", name="a") == {"a.txt": "corrected"}


def test_recordings_without_the_format_are_named(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "a", "b")
    upload(bucket, keys.format_file("a", "srt"), b"1")
    archive = download(viewer, format="srt", prefix="")
    assert archive["a.srt"] == "1"
    assert archive["missing.txt"].splitlines() == ["These recordings have no transcript in the format srt:", "b"]


def test_a_format_that_nobody_wrote_is_made(viewer: BrowserClient, bucket: Bucket) -> None:
    write_transcript(bucket, "talk", transcript_document("talk", [(0.0, 5.0, "one two")]))
    assert "one two" in download(viewer, format="srt", name="talk")["talk.srt"]


def test_the_transcripts_of_a_run(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "a", "b")
    run = add_run("manual__2")
    write_moves(bucket, run, Outcome(Item(0, "input/b.wav", "e", 1), result.TRANSCRIBED, audio=AUDIO))
    assert download(viewer, format="txt", run_id="manual__2") == {"b.txt": "text of b"}
    remove_runs()
    assert viewer.get("download", format="txt", run_id="manual__2").status_code == 404


def test_a_selection_without_recordings_is_an_error(viewer: BrowserClient) -> None:
    assert viewer.get("download", format="txt", prefix="").status_code == 404
    assert viewer.get("download", format="txt").status_code == 422
    assert viewer.get("download", format="exe", prefix="").status_code == 422


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["../../etc/passwd.txt"], ["_/_/etc/passwd.txt"]),
        (["/a.txt", "C:\\b.txt"], ["_/a.txt", "C__b.txt"]),
        (["a\n\u202eb.txt", '<x>|?*".txt'], ["a__b.txt", "_x_____.txt"]),
        (["a.txt", "A.txt", "a.txt"], ["a.txt", "A (2).txt", "a (3).txt"]),
        (["a.txt", "a.txt/b.txt"], ["a.txt", "a.txt_/b.txt"]),
        (["a.txt/b.txt", "a.txt"], ["a.txt/b.txt", "a (2).txt"]),
        (["a/./b.txt", "a//b.txt"], ["a/_/b.txt", "a/_/b (2).txt"]),
    ],
)
def test_names_are_safe_and_different(paths: list[str], names: list[str]) -> None:
    entries = EntryNames()
    assert [entries.add(path) for path in paths] == names


def test_an_archive_needs_little_memory(bucket: Bucket) -> None:
    """The archive is larger than the memory that it may need."""
    piece = os.urandom(4_000_000)
    for number in range(5):
        upload(bucket, keys.transcript(f"n{number}"), piece)
    pages_bucket = AudioBucket(bucket.name, bucket.client)
    tracemalloc.start()
    size = sum(map(len, zip_transcripts(pages_bucket, [f"n{number}" for number in range(5)], "txt")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 20_000_000
    assert peak < 12_000_000

"""A shard of files in a local S3: each gets its transcript or its failure, and none stops another."""

from __future__ import annotations

import hashlib
import logging
from itertools import count

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody

from tests.support.transcriber.shard_bucket import DRAFT, RECIPE, RUN, Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import Clip
from transcriber import __version__
from transcriber.shard.store import Store
from transcription.contract.errors import InputChanged, ManifestMissing, RecordInvalid
from transcription.contract.options import Options
from transcription.contract.result import FAILED, TRANSCRIBED
from transcription.contract.run_keys import RunKeys

HOSTILE_NAMES = [
    "a b.wav",
    "a#1.wav",
    "a;echo PWNED;.wav",
    "talk(1).wav",
    "it's.wav",
    "$HOME.wav",
    "`id`.wav",
    "grün 日本.wav",
    "2022.01.15-x.wav",
    "2022.01.16-x.wav",
    "LOUD.WAV",
    "x/a.wav",
    "y/a.wav",
    "deep/er/a+b%20&=?.wav",
    "-rf.wav",
]


def test_a_file_gets_a_text_a_json_and_a_result_record(bucket: Bucket, run: Run, clip: Clip) -> None:
    shard = bucket.plan({"input/a.wav": clip.data}, Options(beam_width=123))
    run()
    assert bucket.text("a") == f"{clip.text}\n"
    document = bucket.document("a")
    assert document["text"] == clip.text
    assert document["provenance"]["input"]["etag"] == shard.items[0].etag
    assert document["provenance"]["sha256"] == hashlib.sha256(clip.data).hexdigest()
    assert document["provenance"]["options"]["beam_width"] == 123
    assert document["provenance"]["decoder"]["beam_width"] == 123
    assert document["provenance"]["recipe"] == RECIPE
    assert document["provenance"]["code"] == __version__
    result = bucket.result(0)
    assert result.status == TRANSCRIBED
    assert result.commits(shard.items[0], shard.options, result.model)
    assert result.words == len(clip.text.split())
    assert result.confidence == document["confidence"]
    for output in result.outputs:
        data = bucket.read(output.key)
        assert (output.size, output.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert [output.key for output in result.outputs] == ["output/a", "output/a.json"]


def test_transcripts_have_content_types_so_that_browsers_show_them(bucket: Bucket, run: Run, clip: Clip) -> None:
    """Transcripts once had no content type, and browsers downloaded them as unknown data."""
    bucket.plan({"input/a.wav": clip.data})
    run()
    content_types = {
        key: bucket.client.head_object(Bucket=bucket.name, Key=key)["ContentType"] for key in bucket.keys("output/")
    }
    assert content_types == {"output/a": "text/plain; charset=utf-8", "output/a.json": "application/json"}


def test_the_metadata_of_a_transcript_has_the_figures_that_a_list_shows(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data})
    run()
    document = bucket.document("a")
    assert bucket.client.head_object(Bucket=bucket.name, Key="output/a.json")["Metadata"] == {
        "seconds": f"{document['audio']['seconds']:.3f}",
        "words": str(len(document["words"])),
        "unsure": str(document["unsure_words"]),
        "confidence": str(document["confidence"]),
    }


def test_files_with_special_characters_in_their_names_are_transcribed(bucket: Bucket, run: Run, clip: Clip) -> None:
    """Names were once run by a shell, cut at the first dot or at '#', skipped for a space, or lost their folder."""
    bucket.plan({f"input/{name}": clip.data for name in HOSTILE_NAMES})
    run()
    texts = {name: bucket.text(name[: -len(".wav")]) for name in HOSTILE_NAMES}
    assert texts == dict.fromkeys(HOSTILE_NAMES, f"{clip.text}\n")
    assert len(bucket.keys("output/")) == 2 * len(HOSTILE_NAMES)


def test_a_corrupt_file_is_a_recorded_failure_and_its_neighbours_are_transcribed(
    bucket: Bucket, run: Run, clip: Clip, caplog: pytest.LogCaptureFixture
) -> None:
    """A corrupt file once gave an empty transcript and was moved away as done; other errors ended the shard."""
    caplog.set_level(logging.INFO)
    bucket.plan(
        {
            "input/a.wav": clip.data,
            "input/empty.wav": b"",
            "input/text.wav": b"no audio at all\n",
            "input/half.wav": clip.data[: len(clip.data) // 2],
            "input/b.wav": clip.data,
        }
    )
    run()
    assert [bucket.result(number).status for number in range(5)] == [TRANSCRIBED, FAILED, FAILED, FAILED, TRANSCRIBED]
    failures = [bucket.result(number).failure for number in (1, 2, 3)]
    assert [failure.code for failure in failures if failure] == ["AUDIO_EMPTY", "AUDIO_NOT_WAV", "AUDIO_TRUNCATED"]
    assert bucket.text("a") == bucket.text("b") == f"{clip.text}\n"
    assert not {"output/empty", "output/text", "output/half"} & set(bucket.keys("output/"))
    lines = [record.getMessage() for record in caplog.records if record.name == "transcriber.shard.shard_log"]
    assert len(lines) == 5
    assert [line.split()[0] for line in lines] == [f"{number}/5" for number in range(1, 6)]
    assert any("input/text.wav failed AUDIO_NOT_WAV: " in line for line in lines)


def test_a_child_reads_its_own_shard_and_never_lists_the_bucket(bucket: Bucket, run: Run, clip: Clip) -> None:
    """Children once listed `input/` themselves, so that a later upload shifted files between their shares."""
    bucket.plan({"input/b.wav": clip.data}, index=1)
    bucket.plan({"input/a.wav": clip.data}, index=0)
    bucket.upload("input/0-newer.wav", clip.data)
    with recorded_requests() as requests:
        run(0)
    paths = [path for _, path in requests]
    assert not [path for path in paths if "list-type" in path or path.rstrip("/") == bucket.name]
    shard = RunKeys(RUN).shard(DRAFT, 0)
    assert [path for path in paths if "/manifest/" in path] == [f"{bucket.name}/{shard}"]
    assert bucket.keys("output/") == ["output/a", "output/a.json"]


@pytest.fixture
def broken_reads(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Return a set of numbers: each of these reads of a response, counted from 1, ends with a time-out."""
    read, reads = StreamingBody.read, count(1)
    broken: set[int] = set()

    def read_or_break_off(body: StreamingBody, amt: int) -> bytes:
        if next(reads) in broken:
            raise ReadTimeoutError(endpoint_url="")
        return read(body, amt)

    monkeypatch.setattr(StreamingBody, "read", read_or_break_off)
    return broken


CONTENT = bytes(range(256)) * 3 * 2**12


def test_a_download_that_breaks_off_gets_the_rest_of_the_object(bucket: Bucket, broken_reads: set[int]) -> None:
    (item,) = bucket.plan({"input/a b#1.wav": CONTENT}).items
    broken_reads |= {2, 4}
    with recorded_requests() as requests:
        assert b"".join(Store(bucket.name).download(item)) == CONTENT
    assert len(requests) == 3


def test_a_download_that_breaks_off_never_continues_in_another_object(bucket: Bucket, broken_reads: set[int]) -> None:
    (item,) = bucket.plan({"input/a b#1.wav": CONTENT}).items
    broken_reads |= {2}
    download = Store(bucket.name).download(item)
    next(download)
    bucket.upload(item.key, CONTENT[::-1])
    with pytest.raises(InputChanged):
        next(download)


def test_a_missing_manifest_or_one_of_another_version_is_an_error(bucket: Bucket, run: Run) -> None:
    with pytest.raises(ManifestMissing, match=rf"manifest/{DRAFT}/00000\.json"):
        run()
    bucket.plan({})
    bucket.upload(RunKeys(RUN).shard(DRAFT, 0), b'{"record": "shard", "version": 99}')
    with pytest.raises(RecordInvalid, match="99"):
        run()

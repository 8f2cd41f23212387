"""A child that is killed, restarted or refused by S3 loses no file and does none twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.transcriber.shard_bucket import RUN, Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import Clip
from transcriber.audio.segmentation import Segment
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.engines.utterance import Answer, FailedSegment
from transcriber.workers.engine_process import EngineSpec
from transcription.contract.errors import EngineFailed, ShardIncomplete, StorageDenied
from transcription.contract.options import Options
from transcription.contract.result import LEFT, TRANSCRIBED
from transcription.contract.run_keys import RunKeys


def test_the_result_record_is_written_after_the_transcripts(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data})
    with recorded_requests() as requests:
        run()
    written = [path.split("/", 1)[1] for method, path in requests if method == "PUT"]
    assert written == [
        "listening/a.peaks.json",
        "output/a",
        "output/a.json",
        RunKeys(RUN).result(0),
    ]


def test_a_restarted_child_transcribes_only_what_is_not_done(bucket: Bucket, run: Run, clip: Clip) -> None:
    """Finished files were once not marked, so that a restarted child did everything again."""
    bucket.plan({"input/a.wav": clip.data, "input/bad.wav": b"", "input/b.wav": clip.data})
    run()
    bucket.client.delete_object(Bucket=bucket.name, Key=RunKeys(RUN).result(2))
    with recorded_requests() as requests:
        run()
    requested = {unquote(path).split("/", 1)[1] for _, path in requests}
    assert "input/b.wav" in requested
    assert not {"input/a.wav", "input/bad.wav", "output/a"} & requested


@pytest.mark.parametrize("change", ["options", "model"])
def test_a_result_with_other_options_or_another_model_does_not_count(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path, change: str
) -> None:
    shard = bucket.plan({"input/a.wav": clip.data})
    run()
    if change == "options":
        bucket.plan({"input/a.wav": clip.data}, Options(beam_width=7))
    else:
        result = bucket.read(RunKeys(RUN).result(0))
        digest = bucket.result(0).model.acoustic_sha256
        bucket.upload(RunKeys(RUN).result(0), result.replace(digest.encode(), b"0" * 64))
    with recorded_requests() as requests:
        run()
    assert any(path.endswith("input/a.wav") for _, path in requests)
    assert bucket.result(0).item == shard.items[0]


def test_an_input_uploaded_again_is_left_for_the_next_run(bucket: Bucket, run: Run, clip: Clip) -> None:
    """The transcript of the old recording must not pass for that of the new one."""
    bucket.plan({"input/a.wav": clip.data, "input/gone.wav": clip.data, "input/b.wav": clip.data})
    bucket.upload("input/a.wav", clip.data + b"\0\0")
    bucket.client.delete_object(Bucket=bucket.name, Key="input/gone.wav")
    run()
    results = [bucket.result(number) for number in range(3)]
    assert [result.status for result in results] == [LEFT, LEFT, TRANSCRIBED]
    assert [result.failure.code for result in results if result.failure] == ["INPUT_CHANGED", "INPUT_DELETED"]
    assert bucket.keys("output/") == ["output/b", "output/b.json"]


def test_a_file_that_was_moved_away_stays_done_when_the_run_repeats_with_another_model(
    bucket: Bucket, run: Run, clip: Clip
) -> None:
    """Someone corrects the model and clears the task, when the finished files are already in processed/."""
    bucket.plan({"input/a.wav": clip.data})
    run()
    key = RunKeys(RUN).result(0)
    bucket.upload(key, bucket.read(key).replace(bucket.result(0).model.acoustic_sha256.encode(), b"0" * 64))
    bucket.client.delete_object(Bucket=bucket.name, Key="input/a.wav")
    run()
    assert bucket.result(0).status == TRANSCRIBED


class FailsForFileOne(LibDeepSpeech):
    """An engine that fails for file number 1."""

    def __init__(self, spec: EngineSpec, processes: int) -> None:
        super().__init__(spec.folder, spec.options)

    def add_note(self, note: str) -> None:
        """Do nothing: the test reads no notes."""

    def close(self) -> None:
        """Do nothing: there are no processes."""

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        for answer in super().transcribe(segments):
            yield FailedSegment(1, answer.start, EngineFailed("nothing")) if answer.file == 1 else answer


def test_a_file_that_the_engine_fails_for_does_not_stop_its_neighbours(
    bucket: Bucket, run: Run, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.plan({f"input/{name}.wav": clip.data for name in "abc"})
    monkeypatch.setattr("transcriber.selection.engine_selection.EnginePool", FailsForFileOne)
    with pytest.raises(ShardIncomplete, match=r"1 of 3 files.*input/b\.wav"):
        run()
    assert bucket.keys("output/") == ["output/a", "output/a.json", "output/c", "output/c.json"]


def test_a_file_that_was_left_is_tried_again_by_a_restarted_child(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data})
    bucket.upload("input/a.wav", b"another")
    run()
    bucket.upload("input/a.wav", clip.data)
    run()
    assert bucket.result(0).status == TRANSCRIBED


@pytest.mark.parametrize(
    ("failing", "error"),
    [
        (("GET", RunKeys(RUN).result(1)), (400, "KMS.DisabledException")),
        (("GET", "input/b.wav"), (400, "KMS.DisabledException")),
        (("GET", "input/b.wav"), (403, "AccessDenied")),
        (("PUT", "output/b.json"), (400, "KMS.DisabledException")),
    ],
)
def test_an_error_of_s3_for_one_file_does_not_stop_its_neighbours(
    bucket: Bucket, run: Run, clip: Clip, failing: tuple[str, str], error: tuple[int, str]
) -> None:
    """One failed request once ended the child, and the files after it were not transcribed."""
    bucket.plan({f"input/{name}.wav": clip.data for name in "abc"})
    method, path = failing
    failure = recorded_requests(lambda *request: error if request == (method, f"{bucket.name}/{path}") else None)
    with failure, pytest.raises(ShardIncomplete, match=r"1 of 3 files.*input/b\.wav"):
        run()
    assert bucket.keys(RunKeys(RUN).results) == [RunKeys(RUN).result(number) for number in (0, 2)]
    run()
    assert [bucket.result(number).status for number in range(3)] == [TRANSCRIBED] * 3


def test_throttled_requests_are_repeated(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data})
    errors = iter([(503, "SlowDown")])
    with recorded_requests(lambda method, path: next(errors, None) if path.endswith("output/a") else None):
        run()
    assert bucket.result(0).status == TRANSCRIBED


def test_a_child_that_may_not_write_ends_before_it_transcribes_everything(bucket: Bucket, run: Run, clip: Clip) -> None:
    files = 300  # far more than downloads, both engines and the writer hold at a time: on slow machines about 100
    bucket.plan({f"input/{number}.wav": clip.data for number in range(files)})
    denied = recorded_requests(lambda method, path: (403, "AccessDenied") if "/output/" in path else None)
    with denied as requests, pytest.raises(StorageDenied, match="permissions"):
        run()
    assert sum("/input/" in path for _, path in requests) < files / 2
    assert bucket.keys(RunKeys(RUN).results) == []

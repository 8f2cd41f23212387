"""Killed, restarted, refused by S3, overtaken by an upload: nothing lost, nothing done twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.transcriber.shard_bucket import RUN, Bucket, Run, watched
from tests.support.transcriber.wav_files import Clip
from transcriber.audio.segmentation import Segment
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.engines.utterance import Answer, FailedSegment
from transcriber.workers.engine_process import EngineSpec
from transcription.contract import keys
from transcription.contract.errors import EngineFailed, ShardIncomplete, StorageDenied
from transcription.contract.options import Options
from transcription.contract.result import LEFT, TRANSCRIBED


def test_the_record_is_written_last_so_that_a_killed_child_leaves_nothing_half_done(
    bucket: Bucket, run: Run, clip: Clip
) -> None:
    bucket.plan({"input/a.wav": clip.data})
    with watched() as requests:
        run()
    written = [path for method, path in requests if method == "PUT"]
    assert [path.split("/", 1)[1] for path in written] == ["output/a", "output/a.json", keys.RunKeys(RUN).result(0)]


def test_a_restarted_child_pays_only_for_what_is_not_done(bucket: Bucket, run: Run, clip: Clip) -> None:
    """Nothing used to mark what was done: a restarted child did everything again."""
    bucket.plan({"input/a.wav": clip.data, "input/bad.wav": b"", "input/b.wav": clip.data})
    run()
    bucket.client.delete_object(Bucket=bucket.name, Key=keys.RunKeys(RUN).result(2))
    with watched() as requests:
        run()
    touched = {unquote(path).split("/", 1)[1] for _, path in requests}
    assert "input/b.wav" in touched
    assert not {"input/a.wav", "input/bad.wav", "output/a"} & touched


@pytest.mark.parametrize("change", ["options", "model"])
def test_other_options_or_another_model_are_never_mistaken_for_done(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path, change: str
) -> None:
    shard = bucket.plan({"input/a.wav": clip.data})
    run()
    if change == "options":
        bucket.plan({"input/a.wav": clip.data}, Options(beam_width=7))
    else:
        result = bucket.read(keys.RunKeys(RUN).result(0))
        digest = bucket.result(0).model.acoustic_sha256
        bucket.upload(keys.RunKeys(RUN).result(0), result.replace(digest.encode(), b"0" * 64))
    with watched() as requests:
        run()
    assert any(path.endswith("input/a.wav") for _, path in requests)
    assert bucket.result(0).item == shard.items[0]


def test_an_input_uploaded_again_is_left_for_the_next_run(bucket: Bucket, run: Run, clip: Clip) -> None:
    """The transcript of the old recording must not stand for the new one."""
    bucket.plan({"input/a.wav": clip.data, "input/gone.wav": clip.data, "input/b.wav": clip.data})
    bucket.upload("input/a.wav", clip.data + b"\0\0")
    bucket.client.delete_object(Bucket=bucket.name, Key="input/gone.wav")
    run()
    results = [bucket.result(number) for number in range(3)]
    assert [each.status for each in results] == [LEFT, LEFT, TRANSCRIBED]
    assert [each.failure.code for each in results if each.failure] == ["INPUT_CHANGED", "INPUT_DELETED"]
    assert bucket.keys("output/") == ["output/b", "output/b.json"]


def test_what_was_done_and_moved_away_stays_done_when_another_model_runs_over_it(
    bucket: Bucket, run: Run, clip: Clip
) -> None:
    """Somebody puts the model right and clears the task: the finished files are in processed/ by then."""
    bucket.plan({"input/a.wav": clip.data})
    run()
    key = keys.RunKeys(RUN).result(0)
    bucket.upload(key, bucket.read(key).replace(bucket.result(0).model.acoustic_sha256.encode(), b"0" * 64))
    bucket.client.delete_object(Bucket=bucket.name, Key="input/a.wav")
    run()
    assert bucket.result(0).status == TRANSCRIBED


class GivesUp(LibDeepSpeech):
    """An engine without an answer to file number 1."""

    def __init__(self, spec: EngineSpec, processes: int) -> None:
        super().__init__(spec.folder, spec.options)

    def close(self) -> None:
        """Do nothing: there are no processes."""

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        for answer in super().transcribe(segments):
            yield FailedSegment(1, answer.start, EngineFailed("nothing")) if answer.file == 1 else answer


def test_a_file_that_the_engine_gives_up_on_does_not_stop_its_neighbours(
    bucket: Bucket, run: Run, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.plan({f"input/{name}.wav": clip.data for name in "abc"})
    monkeypatch.setattr("transcriber.selection.engine_selection.EnginePool", GivesUp)
    with pytest.raises(ShardIncomplete, match=r"1 of 3 files.*input/b\.wav"):
        run()
    assert bucket.keys("output/") == ["output/a", "output/a.json", "output/c", "output/c.json"]


def test_what_was_left_is_tried_again_by_a_restarted_child(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data})
    bucket.upload("input/a.wav", b"another")
    run()
    bucket.upload("input/a.wav", clip.data)
    run()
    assert bucket.result(0).status == TRANSCRIBED


@pytest.mark.parametrize(
    ("failing", "error"),
    [
        (("GET", keys.RunKeys(RUN).result(1)), (400, "KMS.DisabledException")),
        (("GET", "input/b.wav"), (400, "KMS.DisabledException")),
        (("GET", "input/b.wav"), (403, "AccessDenied")),
        (("PUT", "output/b.json"), (400, "KMS.DisabledException")),
    ],
)
def test_one_error_of_s3_does_not_abandon_the_rest_of_the_shard(
    bucket: Bucket, run: Run, clip: Clip, failing: tuple[str, str], error: tuple[int, str]
) -> None:
    """One failed request used to end the child, and everything behind it stayed behind."""
    bucket.plan({f"input/{name}.wav": clip.data for name in "abc"})
    method, path = failing
    failure = watched(lambda *request: error if request == (method, f"{bucket.name}/{path}") else None)
    with failure, pytest.raises(ShardIncomplete, match=r"1 of 3 files.*input/b\.wav"):
        run()
    assert bucket.keys(keys.RunKeys(RUN).results) == [keys.RunKeys(RUN).result(number) for number in (0, 2)]
    run()
    assert [bucket.result(number).status for number in range(3)] == [TRANSCRIBED] * 3


def test_throttling_is_waited_out(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data})
    answers = iter([(503, "SlowDown")])
    with watched(lambda method, path: next(answers, None) if path.endswith("output/a") else None):
        run()
    assert bucket.result(0).status == TRANSCRIBED


def test_no_permission_to_write_stops_the_child_before_it_wastes_hours(bucket: Bucket, run: Run, clip: Clip) -> None:
    number = 100
    bucket.plan({f"input/{each}.wav": clip.data for each in range(number)})
    denied = watched(lambda method, path: (403, "AccessDenied") if "/output/" in path else None)
    with denied as requests, pytest.raises(StorageDenied, match="permissions"):
        run()
    assert sum("/input/" in path for _, path in requests) < number / 2
    assert bucket.keys(keys.RunKeys(RUN).results) == []

"""The final state after a run, and the checks that every run must pass, whatever happened during it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from local.resources import BUCKET
from local.runs import Run
from tests.support.pipeline.pipeline import ENDED, Pipeline
from tests.support.pipeline.spoken_recordings import Recording, etag_of
from transcription.contract import keys, records
from transcription.contract.result import LEFT, Result
from transcription.contract.run_keys import RunKeys, run_name

PLACES = (keys.INPUT_FOLDER, keys.PROCESSED_FOLDER, keys.FAILED_FOLDER)
REASON = ".error.json"


@dataclass(frozen=True)
class FinalState:
    """Everything that can be seen after a run. It is read once, because a later run may change it."""

    run: Run
    #: The logs of the failed tasks.
    logs: str
    #: The uploads of each recording that was not deleted, by the recording's name, the newest upload last.
    uploads: Mapping[str, Sequence[Recording]]
    #: The ETag of every object, by key.
    objects: Mapping[str, str]
    #: The JSON transcripts, by key.
    documents: Mapping[str, Mapping[str, Any]]
    #: How often containers wrote a result record for an input in all runs, by the input's key and ETag.
    commits: Mapping[tuple[str, str], int]
    #: The Batch jobs of this run, the oldest first.
    jobs: Sequence[Mapping[str, Any]]
    #: Whether a job of any run has not ended.
    at_work: bool
    #: The run's report, or `None` if the run ended before the task `report`.
    report: Mapping[str, Any] | None

    @classmethod
    def read(cls, pipeline: Pipeline, run: Run, generation: int = 1) -> FinalState:
        """Read and return the state after a run that has just ended.

        Args:
            pipeline: The pipeline.
            run: The run.
            generation: How many runs had this id, if runs with the same id were deleted before.
        """
        objects: dict[str, str] = {}
        for page in pipeline.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            objects |= {entry["Key"]: entry["ETag"].strip('"') for entry in page.get("Contents", ())}
        report = RunKeys(run_name(run.run_id, generation)).report
        red = [name for name, state in run.tasks.items() if state == "failed"]
        return cls(
            run=run,
            logs="\n".join(pipeline.ui.log(run.run_id, name) for name in red),
            uploads={name: tuple(recordings) for name, recordings in pipeline.uploads.items()},
            objects=objects,
            documents={key: json.loads(pipeline.read(key)) for key in objects if _is_document(key)},
            commits=read_commits(pipeline),
            jobs=pipeline.jobs(run.run_id, generation),
            at_work=any(job["status"] not in ENDED for job in pipeline.jobs()),
            report=json.loads(pipeline.read(report)) if report in objects else None,
        )

    def check(
        self,
        state: str = "success",
        *,
        jobs: Sequence[int] = (),
        failed: Collection[str] = (),
        left: Collection[str] | None = (),
        transcriptions: Mapping[str, int] | None = None,
    ) -> None:
        """Check the run, the place of every recording, every transcript, and how often audio was transcribed.

        Args:
            state: The expected state of the run.
            jobs: The expected numbers of children of the run's Batch jobs, in the order of submission.
            failed: The names of the inputs that must be in `failed/`.
            left: The names of the inputs that must still be in `input/`, or `None` if these inputs depend on chance.
            transcriptions: How often each input was transcribed, by name, for the inputs that the test had transcribed
                more than once.

        Raises:
            AssertionError: A check failed.
        """
        assert self.run.state == state, f"{self.run.tasks}\n{self.logs}"
        assert [job.get("arrayProperties", {}).get("size", 1) for job in self.jobs] == list(jobs)
        assert not self.at_work
        self._check_places(set(failed), left)
        self._check_transcripts()
        self._check_commits(transcriptions or {})
        if state == "success" and self.report:
            assert self.report["missing"] == 0

    def _check_places(self, failed: set[str], left: Collection[str] | None) -> None:
        """Check that every uploaded recording is unchanged in exactly one of `PLACES`, and the expected one.

        Each recording in `failed/` must have a file with the reason.
        """
        places = {name: self._places(name) for name in self.uploads}
        wrong_places = {name: folders for name, folders in places.items() if len(folders) != 1}
        assert not wrong_places
        if left is not None:
            assert {name for name, folders in places.items() if folders == [keys.INPUT_FOLDER]} == set(left)
        assert {name for name, folders in places.items() if folders == [keys.FAILED_FOLDER]} == failed
        assert all(keys.failed_reason(keys.INPUT_FOLDER + name) in self.objects for name in failed)

    def _places(self, name: str) -> list[str]:
        etag = self.uploads[name][-1].etag
        return [place for place in PLACES if self.objects.get(place + name) == etag]

    def names(self, place: str) -> set[str]:
        """Return the names of the audio files in one of `PLACES`."""
        names = {key.removeprefix(place) for key in self.objects if key.startswith(place)}
        return {name for name in names if not name.endswith(REASON)}

    def _check_transcripts(self) -> None:
        """Check that every transcript has the words of its audio, and that `output/` has exactly the expected files."""
        texts = {recording.etag: recording.text for uploads in self.uploads.values() for recording in uploads}
        expected: set[str] = set()
        made_from: dict[str, str] = {}
        for key, document in self.documents.items():
            source = document["provenance"]["input"]
            made_from[source["key"]] = source["etag"]
            text, name = (
                texts.get(source["etag"], document["text"]),
                key.removeprefix(keys.OUTPUT_FOLDER).removesuffix(".json"),
            )
            assert document["text"] == text, key
            assert self.objects[keys.transcript(name)] == etag_of(f"{text}\n".encode() if text else b""), key
            formats = document["provenance"]["options"]["formats"]
            expected |= {key, keys.transcript(name), *(keys.format_file(name, suffix) for suffix in formats)}
        assert {key for key in self.objects if key.startswith(keys.OUTPUT_FOLDER)} == expected
        for name in self.names(keys.PROCESSED_FOLDER):
            assert made_from[keys.INPUT_FOLDER + name] in texts, name

    def _check_commits(self, transcriptions: Mapping[str, int]) -> None:
        """Check that each input was transcribed once, or as often as `transcriptions` says.

        Each recording in `processed/` must have been transcribed.
        """
        expected = {keys.INPUT_FOLDER + name: times for name, times in transcriptions.items()}
        wrong_commits = {
            (key, etag): times for (key, etag), times in self.commits.items() if times != expected.get(key, 1)
        }
        assert not wrong_commits
        done = {key for key, _ in self.commits}
        assert {keys.INPUT_FOLDER + name for name in self.names(keys.PROCESSED_FOLDER)} <= done


def read_commits(pipeline: Pipeline) -> Counter[tuple[str, str]]:
    """Return how often containers wrote a result record for an input in all runs, by the input's key and ETag."""
    commits: Counter[tuple[str, str]] = Counter()
    for page in pipeline.s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET, Prefix=keys.RUNS_FOLDER):
        for version in page.get("Versions", ()):
            key = version["Key"]
            if PurePosixPath(key).parent.name == "results":
                record = pipeline.s3.get_object(Bucket=BUCKET, Key=key, VersionId=version["VersionId"])
                result = records.load(Result, record["Body"].read(), key)
                if result.status != LEFT:
                    commits[result.item.key, result.item.etag] += 1
    return commits


def _is_document(key: str) -> bool:
    return key.startswith(keys.OUTPUT_FOLDER) and key.endswith(".json")

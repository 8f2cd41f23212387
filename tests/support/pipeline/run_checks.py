"""What a run leaves behind, and the one check that all of it has to pass, whatever happened on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from local.resources import BUCKET
from local.runs import Run
from tests.support.pipeline.pipeline import OVER, Pipeline
from tests.support.pipeline.spoken_recordings import Recording, etag_of
from transcription.contract import keys, records
from transcription.contract.keys import RunKeys, run_name
from transcription.contract.result import LEFT, Result

PLACES = (keys.INPUT_FOLDER, keys.PROCESSED_FOLDER, keys.FAILED_FOLDER)
REASON = ".error.json"


@dataclass(frozen=True)
class Aftermath:
    """Everything that is to be seen at the end of a run, read once: a later run may change it."""

    run: Run
    #: The logs of the tasks that are red.
    logs: str
    #: By name: what was uploaded, the newest last.
    uploads: Mapping[str, Sequence[Recording]]
    #: Every key with its ETag.
    objects: Mapping[str, str]
    #: The JSON transcripts, by key.
    documents: Mapping[str, Mapping[str, Any]]
    #: How often each input, by key and ETag, was committed by a container, over all runs.
    commits: Mapping[tuple[str, str], int]
    #: Of this run, the oldest first.
    jobs: Sequence[Mapping[str, Any]]
    #: Whether anything is still at work, of any run.
    at_work: bool
    #: Nothing where the run did not come so far.
    report: Mapping[str, Any] | None

    @classmethod
    def of(cls, pipeline: Pipeline, run: Run) -> Aftermath:
        """The aftermath of a run that has just ended."""
        objects: dict[str, str] = {}
        for page in pipeline.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            objects |= {each["Key"]: each["ETag"].strip('"') for each in page.get("Contents", ())}
        report = RunKeys(run_name(run.run_id)).report
        red = [name for name, state in run.tasks.items() if state == "failed"]
        return cls(
            run=run,
            logs="\n".join(pipeline.people.log(run.run_id, name) for name in red),
            uploads={name: tuple(each) for name, each in pipeline.uploads.items()},
            objects=objects,
            documents={key: json.loads(pipeline.read(key)) for key in objects if _is_document(key)},
            commits=_commits(pipeline),
            jobs=pipeline.jobs(run.run_id),
            at_work=any(job["status"] not in OVER for job in pipeline.jobs()),
            report=json.loads(pipeline.read(report)) if report in objects else None,
        )

    def check(
        self,
        colour: str = "success",
        *,
        jobs: Sequence[int] = (),
        failed: Collection[str] = (),
        left: Collection[str] | None = (),
        again: Mapping[str, int] | None = None,
    ) -> None:
        """Fail unless everything is as it was promised.

        Args:
            colour: of the run.
            jobs: how many children each Batch job of the run had, the first one first.
            failed: the names of the inputs that are in `failed/`.
            left: the names of the inputs that are still in `input/`; nothing where that is a matter of chance.
            again: the names of inputs that people had transcribed more than once, and how often.
        """
        assert self.run.state == colour, f"{self.run.tasks}\n{self.logs}"
        assert [job.get("arrayProperties", {}).get("size", 1) for job in self.jobs] == list(jobs)
        assert not self.at_work
        self._check_places(set(failed), left)
        self._check_transcripts()
        self._check_commits(again or {})
        if colour == "success" and self.report:
            assert self.report["missing"] == 0

    def _check_places(self, failed: set[str], left: Collection[str] | None) -> None:
        """Inputs uploaded = processed + failed + still in input, byte for byte, each in one place only."""
        places = {name: self._places(name) for name in self.uploads}
        assert all(len(each) == 1 for each in places.values()), {n: p for n, p in places.items() if len(p) != 1}
        if left is not None:
            assert {name for name, place in places.items() if place == [keys.INPUT_FOLDER]} == set(left)
        assert {name for name, place in places.items() if place == [keys.FAILED_FOLDER]} == failed
        assert all(keys.failed_reason(keys.INPUT_FOLDER + name) in self.objects for name in failed)

    def _places(self, name: str) -> list[str]:
        etag = self.uploads[name][-1].etag
        return [place for place in PLACES if self.objects.get(place + name) == etag]

    def names(self, place: str) -> set[str]:
        """The names of the audio below one of `PLACES`."""
        found = (key.removeprefix(place) for key in self.objects if key.startswith(place))
        return {name for name in found if not name.endswith(REASON)}

    def _check_transcripts(self) -> None:
        """Everything below `output/` says what the very audio says that it was made from, and nothing is missing."""
        says = {each.etag: each.says for uploads in self.uploads.values() for each in uploads}
        expected: set[str] = set()
        made_from: dict[str, str] = {}
        for key, document in self.documents.items():
            source = document["provenance"]["input"]
            made_from[source["key"]] = source["etag"]
            text, name = (
                says.get(source["etag"], document["text"]),
                key.removeprefix(keys.OUTPUT_FOLDER).removesuffix(".json"),
            )
            assert document["text"] == text, key
            assert self.objects[keys.transcript(name)] == etag_of(f"{text}\n".encode() if text else b""), key
            formats = document["provenance"]["options"]["formats"]
            expected |= {key, keys.transcript(name), *(keys.subtitles(name, each) for each in formats)}
        assert {key for key in self.objects if key.startswith(keys.OUTPUT_FOLDER)} == expected
        for name in self.names(keys.PROCESSED_FOLDER):
            assert made_from[keys.INPUT_FOLDER + name] in says, name

    def _check_commits(self, again: Mapping[str, int]) -> None:
        """No audio was transcribed, and paid for, once its record was written."""
        wanted = {keys.INPUT_FOLDER + name: times for name, times in again.items()}
        surplus = {found: times for found, times in self.commits.items() if times != wanted.get(found[0], 1)}
        assert not surplus
        done = {key for key, _ in self.commits}
        assert {keys.INPUT_FOLDER + name for name in self.names(keys.PROCESSED_FOLDER)} <= done


def _commits(pipeline: Pipeline) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for page in pipeline.s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET, Prefix=keys.RUNS_FOLDER):
        for each in page.get("Versions", ()):
            if PurePosixPath(each["Key"]).parent.name == "results":
                version = pipeline.s3.get_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])
                result = records.load(Result, version["Body"].read(), each["Key"])
                if result.status != LEFT:
                    found[result.item.key, result.item.etag] += 1
    return found


def _is_document(key: str) -> bool:
    return key.startswith(keys.OUTPUT_FOLDER) and key.endswith(".json")

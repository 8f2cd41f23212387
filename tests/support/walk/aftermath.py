"""The check of the bucket and of Batch after a walk, when every run has ended and the last one met no fault."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.resources import BUCKET
from tests.support.pipeline.final_state import PLACES, read_commits
from tests.support.pipeline.pipeline import ENDED
from tests.support.pipeline.spoken_recordings import etag_of
from tests.support.walk.bucket_history import BucketHistory
from tests.support.walk.run_ends import RunEnds
from tests.support.walk.world import World
from transcription.contract import keys


@dataclass(frozen=True)
class Aftermath:
    """Everything that can be seen after a walk."""

    world: World
    history: BucketHistory
    #: The ETag of every object, by key.
    objects: dict[str, str]
    #: The JSON transcripts, by key.
    documents: dict[str, dict[str, Any]]
    #: How often containers wrote a result record for an input, by the input's key and ETag.
    commits: Mapping[tuple[str, str], int]

    @classmethod
    def read(cls, world: World) -> Aftermath:
        """Read and return everything. No run may be active."""
        objects = world.bucket_keys()
        json_keys = [key for key in objects if key.startswith(keys.OUTPUT_FOLDER) and key.endswith(".json")]
        documents = {key: json.loads(world.pipeline.read(key)) for key in json_keys}
        return cls(world, BucketHistory.read(world.pipeline), objects, documents, read_commits(world.pipeline))

    def violations(self) -> list[str]:
        """Return a sentence for everything that is not as the walk's steps allow."""
        return [
            *self._misplaced(),
            *self._lost(),
            *self._wrong_transcripts(),
            *self._transcribed_too_often(),
            *self._superfluous_jobs(),
            *RunEnds(self.world, self.history).violations(),
        ]

    def _misplaced(self) -> Iterator[str]:
        """Check that each newest upload is unchanged in exactly one place: speech in `processed/`, noise in `failed/`.

        An upload that its owner has deleted is in no place, or a run was faster and moved it.
        """
        uploads = self.world.uploads
        for name, recordings in uploads.history.items():
            newest = recordings[-1]
            places = [place for place in PLACES if self.objects.get(place + name) == newest.etag]
            right = keys.FAILED_FOLDER if newest.text is None else keys.PROCESSED_FOLDER
            if places != [right] and not (name in uploads.deleted and not places):
                yield f"The newest upload of {name!r} is in {places}, not in {right}"
            reason = keys.failed_reason(keys.INPUT_FOLDER + name)
            if places == [keys.FAILED_FOLDER] and reason not in self.objects:
                yield f"{name!r} is in failed/ without a reason"
        for key in self.objects:
            name = next((key.removeprefix(place) for place in PLACES if key.startswith(place)), "")
            if name.lower().endswith(".wav") and name not in uploads.history:
                yield f"{key!r} was never uploaded"

    def _lost(self) -> Iterator[str]:
        """Check that everything that a run removed from `input/` was copied, byte for byte."""
        for key, etag, marker in self.history.removed():
            by_owner = marker.version_id in self.world.uploads.markers
            if not by_owner and not any(self.history.has(copy(key), etag) for copy in (keys.processed, keys.failed)):
                yield f"A run deleted {key!r} with the ETag {etag} at {marker.made:%H:%M:%S}, and no copy exists"
            if not by_owner and (key, etag) not in self.commits and not self._has_transcript(key, etag):
                yield f"A run moved {key!r} with the ETag {etag} at {marker.made:%H:%M:%S}, and nothing transcribed it"
        for name, recordings in self.world.uploads.history.items():
            versions = self.history.versions.get(keys.INPUT_FOLDER + name, ())
            written = [version.etag for version in versions if version.etag is not None]
            if written != [recording.etag for recording in recordings]:
                yield f"input/{name} was written by somebody else than its owner"

    def _has_transcript(self, key: str, etag: str) -> bool:
        """Return whether a transcript was ever made from a recording. A child that was ended wrote no record of it."""
        s3, transcript = self.world.pipeline.s3, keys.transcript_json(keys.name_of(key))
        for version in s3.list_object_versions(Bucket=BUCKET, Prefix=transcript).get("Versions", ()):
            body = s3.get_object(Bucket=BUCKET, Key=transcript, VersionId=version["VersionId"])["Body"]
            if json.loads(body.read())["provenance"]["input"]["etag"] == etag:
                return True
        return False

    def _wrong_transcripts(self) -> Iterator[str]:
        """Check the words and the files of every transcript."""
        names = {keys.name_of(keys.INPUT_FOLDER + name): name for name in self.world.uploads.history}
        allowed: set[str] = set()
        for key, document in self.documents.items():
            source = document["provenance"]["input"]
            recording = self.world.uploads.find(source["key"], source["etag"])
            name = key.removeprefix(keys.OUTPUT_FOLDER).removesuffix(".json")
            if recording is None or keys.name_of(source["key"]) != name:
                yield f"{key!r} was made from {source}, which nobody uploaded"
                continue
            text = recording.text
            if text is None or document["text"] != text:
                yield f"{key!r} has the words {document['text']!r} instead of {text!r}"
            elif self.objects.get(keys.transcript(name)) != etag_of(f"{text}\n".encode()):
                yield f"{keys.transcript(name)!r} and its JSON have different words"
            formats = document["provenance"]["options"]["formats"]
            files = {key, keys.transcript(name), *(keys.format_file(name, suffix) for suffix in formats)}
            if missing := files - self.objects.keys():
                yield f"{key!r} exists without {sorted(missing)}"
            allowed |= files
        for name, newest in self.world.uploads.kept():
            key = keys.transcript_json(keys.name_of(keys.INPUT_FOLDER + name))
            made_from = self.documents.get(key, {}).get("provenance", {}).get("input", {}).get("etag")
            if newest.text is not None and made_from != newest.etag:
                yield f"The transcript of {name!r} was made from {made_from}, not from {newest.etag}"
        for key in self.objects:
            if key.startswith(keys.OUTPUT_FOLDER) and key not in allowed and not self._may_be_a_remnant(key, names):
                yield f"{key!r} belongs to no transcript"

    def _may_be_a_remnant(self, key: str, names: dict[str, str]) -> bool:
        """Return whether a child may have been ended while it wrote the transcript of a recording that was deleted."""
        name = key.removeprefix(keys.OUTPUT_FOLDER)
        stems = (name, name.rpartition(".")[0])
        return any(names[stem] in self.world.uploads.deleted for stem in stems if stem in names)

    def _transcribed_too_often(self) -> Iterator[str]:
        """Check that each recording was transcribed once for each of its uploads, at most.

        A file that is not audio has no transcript that could show a later run what a run that was cut off found out.
        """
        for (key, etag), times in self.commits.items():
            recording = self.world.uploads.find(key, etag)
            if recording is not None and recording.text is None:
                continue
            uploads = self.world.uploads.times(key, etag)
            if times > uploads and key.removeprefix(keys.INPUT_FOLDER) not in self.world.uploads.hidden:
                yield f"{key!r} with the ETag {etag} was uploaded {uploads} times and transcribed {times} times"

    def _superfluous_jobs(self) -> Iterator[str]:
        """Check the number of jobs of each run, and that every job has ended."""
        jobs = self.world.pipeline.jobs()
        for run in self.world.runs.values():
            names = [job["jobName"] for job in jobs if run.has_name(job["jobName"].removeprefix("transcribe-"))]
            if len(names) > run.jobs_allowed:
                yield f"{run.run_id} has submitted the jobs {names}, and {run.jobs_allowed} were allowed"
        if active := [job["jobName"] for job in jobs if job["status"] not in ENDED]:
            yield f"Jobs still work: {active}"

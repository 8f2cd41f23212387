"""The recordings that a walk uploads and deletes. Each new recording has content of its own, which its ETag shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from local.resources import BUCKET
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIPS, NOISE, Recording, with_comment
from transcription.contract import keys

#: The names of all recordings of a walk. No name is the start of another one, and no two have the same transcript.
NAMES = (
    "plain.wav",
    "with space.wav",
    "a#1;$(x).wav",
    "größe ü.wav",
    "2022.01.15-x.wav",
    "LOUD.WAV",
    "talk.wav",
    "talk/part1.wav",
    "x/a.wav",
    "y/a.wav",
    "deep/er/still/a b.wav",
    "50% off+more&=.wav",
)


class Uploads:
    """All recordings that were ever uploaded, by name, the newest last, and the deletions by their owner."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._number = 0
        self.history: dict[str, list[Recording]] = defaultdict(list)
        #: The names whose newest upload was deleted by its owner, possibly after a run had moved it.
        self.deleted: set[str] = set()
        #: The version ids of the delete markers that the owner's deletions made.
        self.markers: set[str] = set()
        #: The names whose transcripts S3 refused to show to a run, which then transcribes the recording again.
        self.hidden: set[str] = set()

    def upload_speech(self, name: str, clip: int) -> None:
        """Upload a new recording with the words of the demo clip number `clip`."""
        self._upload(name, with_comment(CLIPS[clip % len(CLIPS)], self._next_number()))

    def upload_noise(self, name: str) -> None:
        """Upload a file that is not audio."""
        self._upload(name, Recording(NOISE.content + f"{self._next_number()}\n".encode(), None))

    def upload_again(self, name: str) -> None:
        """Upload the newest recording of a name again, unchanged, as `aws s3 sync` does."""
        self._upload(name, self.newest(name))

    def delete(self, name: str) -> None:
        """Delete a recording from `input/`, as its owner may."""
        answer = self._pipeline.s3.delete_object(Bucket=BUCKET, Key=keys.INPUT_FOLDER + name)
        self.markers.add(answer["VersionId"])
        self.deleted.add(name)

    def newest(self, name: str) -> Recording:
        """Return the newest recording of a name."""
        return self.history[name][-1]

    def kept(self) -> Iterator[tuple[str, Recording]]:
        """Yield the name and the newest recording of each name that its owner did not delete afterwards."""
        return ((name, recordings[-1]) for name, recordings in self.history.items() if name not in self.deleted)

    def find(self, key: str, etag: str) -> Recording | None:
        """Return the recording with this ETag that was uploaded to a key below `input/`."""
        recordings = self.history.get(key.removeprefix(keys.INPUT_FOLDER), ())
        return next((recording for recording in recordings if recording.etag == etag), None)

    def times(self, key: str, etag: str) -> int:
        """Return how often the recording with this ETag was uploaded to a key below `input/`."""
        recordings = self.history.get(key.removeprefix(keys.INPUT_FOLDER), ())
        return sum(recording.etag == etag for recording in recordings)

    def _upload(self, name: str, recording: Recording) -> None:
        self._pipeline.put(keys.INPUT_FOLDER + name, recording.content)
        self.history[name].append(recording)
        self.deleted.discard(name)

    def _next_number(self) -> int:
        self._number += 1
        return self._number

"""The records of a run in the bucket, as the pages show them.

The pages read the JSON itself and not the classes of the DAG, so that they also show records of other releases. A field
that is missing or of another type counts as empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import keys
from transcription.contract.errors import NameInvalid, OutputConflict
from transcription.contract.run_keys import RunKeys

#: The statuses of files that have a transcript.
_TRANSCRIBED = frozenset({"transcribed", "done_before"})


def read_json(bucket: AudioBucket, key: str) -> dict[str, Any]:
    """Return a JSON object of the bucket; an empty one if there is none, or if it is not a JSON object."""
    try:
        document = json.loads(bucket.read(key) or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


@dataclass(frozen=True)
class RunFile:
    """What became of one planned file."""

    key: str
    status: str
    #: The code and the message of the reason, for a file without a transcript.
    code: str
    message: str
    #: Length of the audio in seconds, number of words and of unsure words, confidence; None where unknown.
    seconds: float | None
    words: int | None
    unsure_words: int | None
    confidence: float | None

    @property
    def name(self) -> str:
        """The name of the recording in keys of transcripts; empty if it has none."""
        try:
            return keys.name_of(self.key)
        except (NameInvalid, OutputConflict):
            return ""

    @property
    def has_transcript(self) -> bool:
        """Whether the run, or an earlier one, transcribed the file."""
        return self.status in _TRANSCRIBED

    @classmethod
    def from_json(cls, outcome: Mapping[str, Any]) -> RunFile:
        """Return the file that an entry of `runs/{run}/moves/` describes."""
        failure, audio = as_object(outcome.get("failure")), as_object(outcome.get("audio"))
        has_words = bool(audio)
        return cls(
            str(as_object(outcome.get("item")).get("key", "")),
            str(outcome.get("status", "")),
            str(failure.get("code", "")),
            str(failure.get("message", "")),
            as_number(audio.get("seconds")),
            int(as_number(outcome.get("words")) or 0) if has_words else None,
            int(as_number(outcome.get("unsure_words")) or 0) if has_words else None,
            as_number(outcome.get("confidence")),
        )


@dataclass(frozen=True)
class FailedChild:
    """A child of the run's Batch job that failed after all retries."""

    index: int
    reason: str
    #: The names of its log group and log stream in CloudWatch; empty if its container never started.
    log_group: str
    log_stream: str


@dataclass(frozen=True)
class RunPage:
    """A page of the files of a run."""

    files: list[RunFile]
    #: Number of pages.
    pages: int
    #: The keys of the parts with the texts of these files; None if the run wrote no texts.
    texts: Sequence[str] | None


def page_of_run(bucket: AudioBucket, run: str, page: int) -> RunPage:
    """Return a page of the files of a run. Without records, it is empty."""
    record = read_json(bucket, RunKeys(run).moves(page))
    files = [RunFile.from_json(as_object(file)) for file in as_list(record.get("files"))]
    texts = record.get("texts")
    parts = [key for key in as_list(texts) if isinstance(key, str) and key.startswith(RunKeys(run).prefix)]
    return RunPage(files, int(as_number(record.get("pages")) or 0), None if texts is None else parts)


def files_of_run(bucket: AudioBucket, run: str, page: int) -> tuple[list[RunFile], int]:
    """Return a page of the files of a run, and the number of pages. Without records, both are empty."""
    found = page_of_run(bucket, run, page)
    return found.files, found.pages


def failed_children(bucket: AudioBucket, run: str) -> list[FailedChild]:
    """Return the failed children of a run's newest job."""
    children = []
    for child in map(as_object, as_list(read_json(bucket, RunKeys(run).job).get("failed"))):
        index = str(child.get("job_id", "")).rpartition(":")[2]
        group, stream = _log_place(str(child.get("log", "")))
        children.append(
            FailedChild(int(index) if index.isdecimal() else 0, str(child.get("reason", "")), group, stream)
        )
    return children


def _log_place(address: str) -> tuple[str, str]:
    """Return the log group and the log stream that an address of the CloudWatch console names, or empty texts."""
    _, _, rest = address.partition("#logsV2:log-groups/log-group/")
    group, _, stream = rest.partition("/log-events/")
    # The console encodes names twice, and writes `$` for `%`.
    return unquote(unquote(group.replace("$", "%"))), unquote(unquote(stream.replace("$", "%")))


def as_object(value: object) -> Mapping[str, Any]:
    """Return a JSON object; an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> Sequence[Any]:
    """Return a JSON list; an empty one for any other value."""
    return value if isinstance(value, list) else []


def as_number(value: object) -> float | None:
    """Return a JSON number; None for any other value."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

"""The recordings that a teaching lists for review, from its report in the bucket."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.run_records import as_list, as_object, read_json
from transcription.contract import keys
from transcription.contract.errors import NameInvalid, OutputConflict
from transcription.contract.run_keys import RunKeys

#: What a finding adds to the name of a recording if it is about a segment.
_SEGMENT = re.compile(r" from \d+\.\d s$")
_JSON = ".json"


@dataclass(frozen=True)
class Finding:
    """What is wrong with a recording."""

    code: str
    #: The key of the recording, and for a segment the second at which it starts.
    recording: str
    message: str

    @property
    def name(self) -> str:
        """The name of the recording in keys of transcripts; empty if it has no page."""
        key = _SEGMENT.sub("", self.recording)
        if key.startswith(keys.CORRECTED_FOLDER) and key.endswith(_JSON):
            return key.removeprefix(keys.CORRECTED_FOLDER).removesuffix(_JSON)
        for folder in (keys.PROCESSED_FOLDER, keys.INPUT_FOLDER):
            if key.startswith(folder):
                return _name(keys.uploaded(key.removeprefix(folder)))
        return ""


def read_findings(bucket: AudioBucket, run: str) -> Sequence[Finding]:
    """Return the findings of a teaching, with one request to S3. Without a report, there are none.

    Args:
        bucket: the bucket.
        run: the name of the run's records.
    """
    report = read_json(bucket, RunKeys(run).teaching("report.json"))
    return [
        Finding(str(finding.get("code", "")), str(finding.get("recording", "")), str(finding.get("message", "")))
        for finding in map(as_object, as_list(report.get("findings")))
    ]


def _name(key: str) -> str:
    try:
        return keys.name_of(key)
    except (NameInvalid, OutputConflict):
        return ""

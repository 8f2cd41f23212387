"""Corrections as a teaching set: each segment that a person checked or corrected is a recording with its text.

The folder is a copy of a part of the bucket: `corrected/{name}.json`, and the recordings in `processed/` or `input/`
beside `corrected/`. A recording may also be beside its correction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.data.finding import Finding, FindingCode
from trainer.data.recording import Excerpt, TaughtRecording
from transcription.contract.correction import UNCHECKED, Correction
from transcription.contract.errors import RecordInvalid
from transcription.contract.keys import CORRECTED_FOLDER, INPUT_FOLDER, PROCESSED_FOLDER
from transcription.contract.records import load

#: Audio before and after a segment, in seconds, so that no sound at its border is cut off.
_MARGIN = 0.1
#: Length of the pieces of a recording that are for training, tuning or the test as a whole, in seconds.
_PIECE = 60.0


@dataclass(frozen=True)
class CorrectedRecordings:
    """What people corrected."""

    segments: tuple[TaughtRecording, ...]
    #: The recordings to which corrections belong.
    audio: frozenset[Path]
    findings: tuple[Finding, ...]


def read_corrections(folder: Path, files: Sequence[Path]) -> CorrectedRecordings:
    """Read the corrections among the JSON files of a folder. Other JSON files are ignored.

    Args:
        folder: the folder of the set.
        files: its files.
    """
    segments: list[TaughtRecording] = []
    audio: set[Path] = set()
    findings: list[Finding] = []
    for path in files:
        correction = _read_correction(path)
        if correction is None:
            continue
        recording = _find_recording(folder, path, correction.recording)
        if recording is None:
            message = f"There is no {correction.recording} in {PROCESSED_FOLDER}, in {INPUT_FOLDER} or beside it."
            findings.append(Finding(FindingCode.AUDIO_MISSING, path.relative_to(folder).as_posix(), message))
            continue
        audio.add(recording.resolve())
        name = recording.relative_to(folder).as_posix()
        if hashlib.sha256(recording.read_bytes()).hexdigest() != correction.based_on.audio_sha256:
            message = "It is not the recording that was corrected: its SHA-256 is another."
            findings.append(Finding(FindingCode.AUDIO_CHANGED, name, message))
            continue
        for excerpt, text in _excerpts(correction):
            source = f"{correction.based_on.audio_sha256} {int(excerpt.start // _PIECE)}"
            title = f"{name} from {excerpt.start:.1f} s"
            segments.append(TaughtRecording(recording, title, text, excerpt=excerpt, source=source))
    return CorrectedRecordings(tuple(segments), frozenset(audio), tuple(findings))


def _read_correction(path: Path) -> Correction | None:
    if path.suffix != ".json":
        return None
    try:
        return load(Correction, path.read_bytes(), str(path))
    except RecordInvalid:
        return None


def _find_recording(folder: Path, correction: Path, recording: str) -> Path | None:
    """Return the recording of a correction, or `None` if the folder does not contain it."""
    places = [correction.parent]
    parts = correction.relative_to(folder).parts[:-1]
    corrected = CORRECTED_FOLDER.strip("/")
    if corrected in parts:
        position = parts.index(corrected)
        above = folder.joinpath(*parts[:position])
        below = parts[position + 1 :]
        places = [above.joinpath(top.strip("/"), *below) for top in (PROCESSED_FOLDER, INPUT_FOLDER)] + places
    # A name with a slash would lead out of the folder.
    named = Path(recording).name
    return next((place / named for place in places if (place / named).is_file()), None)


def _excerpts(correction: Correction) -> Iterator[tuple[Excerpt, str]]:
    """Yield the part of the recording and the text of each segment that a person checked or corrected."""
    for segment in correction.segments:
        if segment.state == UNCHECKED or not segment.text:
            continue
        others = [other for other in correction.segments if other.channel == segment.channel and other is not segment]
        before = max((other.end for other in others if other.end <= segment.start), default=0.0)
        after = min((other.start for other in others if other.start >= segment.end), default=correction.seconds)
        start = segment.start - min(_MARGIN, (segment.start - before) / 2)
        end = segment.end + min(_MARGIN, max(0.0, after - segment.end) / 2)
        yield Excerpt(start, end, segment.channel), segment.text

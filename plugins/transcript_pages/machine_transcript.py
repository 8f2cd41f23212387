"""The transcript that the container wrote, as the pages use it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import keys
from transcription.contract.correction import Segment
from transcription.contract.word_alignment import TimedWord, replacements
from transcription.contract.word_spacing import join_words
from transcription.formats import saved_transcript
from transcription.formats.saved_transcript import SavedTranscript


@dataclass(frozen=True)
class MachineTranscript:
    """A transcript: what the formats show of it (`saved`), and its whole JSON, as it is and parsed."""

    #: The name of the recording.
    name: str
    saved: SavedTranscript
    content: bytes
    document: Mapping[str, Any]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the JSON, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The segments as in a correction that changes nothing."""
        return tuple(
            Segment(
                spoken.start,
                spoken.end,
                join_words(word.word for word in spoken.words),
                tuple(TimedWord(word.word, word.start, word.end, word.confidence) for word in spoken.words),
                channel=spoken.channel,
            )
            for spoken in self.saved.utterances
        )

    @property
    def alternatives(self) -> Sequence[Mapping[int, Sequence[str]]]:
        """What else the words of each segment may be, the likeliest first, by the place of the word."""
        return [
            _alternatives(segment.text, other.get("alternatives", []))
            for segment, other in zip(self.segments, self.document["segments"], strict=True)
        ]

    @property
    def input_key(self) -> str:
        """The key that the recording had when it was transcribed."""
        return str(self.document["provenance"]["input"]["key"])

    @property
    def listening(self) -> Mapping[str, bool]:
        """What the container wrote for the player: `peaks`, `copy`. Releases before 0.3 wrote nothing."""
        written: Mapping[str, bool] = self.document.get("listening", {})
        return written

    @property
    def audio_sha256(self) -> str:
        """SHA-256 of the recording, hexadecimal."""
        return str(self.document["provenance"]["sha256"])

    @property
    def formats(self) -> tuple[str, ...]:
        """The endings of the formats that the run wrote."""
        return tuple(self.document["provenance"]["options"]["formats"])

    @property
    def provenance(self) -> list[tuple[str, str]]:
        """What the transcript was made from, and by what: names and values for people."""
        made = self.document["provenance"]
        return [
            ("Recording", made["input"]["key"]),
            ("Model", made["model"]["name"]),
            ("Engine", made["engine"]),
            ("Options", _listed(made["options"])),
            ("Beam search", _listed(made["decoder"])),
            ("Release of the transcriber", made["code"]),
            ("SHA-256 of the recording", made["sha256"]),
            ("SHA-256 of the acoustic model", made["model"]["acoustic_sha256"]),
            ("SHA-256 of the scorer", made["model"]["scorer_sha256"] or "no scorer"),
            ("SHA-256 of the transcript", self.sha256),
        ]


def find(bucket: AudioBucket, name: str) -> MachineTranscript | None:
    """Return the transcript of a recording, or None if there is none.

    Raises:
        RecordInvalid: the object is no transcript.
    """
    key = keys.transcript_json(name)
    data = bucket.read(key)
    if data is None:
        return None
    return MachineTranscript(name, saved_transcript.parse(data, key), data, json.loads(data))


def _alternatives(text: str, others: Sequence[Mapping[str, Any]]) -> Mapping[int, Sequence[str]]:
    by_place: dict[int, list[str]] = {}
    words = text.split(" ")
    for other in others:
        for place, word in replacements(words, other["text"].split(" ")).items():
            if word and word not in by_place.setdefault(place, []):
                by_place[place].append(word)
    return by_place


def _listed(values: Mapping[str, Any]) -> str:
    given = {name: value for name, value in values.items() if value not in (None, "", [], ())}
    return ", ".join(f"{name} {_value(value)}" for name, value in given.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_value(entry) for entry in value)
    if isinstance(value, dict):
        return ":".join(_value(entry) for entry in value.values())
    return str(value)

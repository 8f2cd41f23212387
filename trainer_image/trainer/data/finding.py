"""Findings: what is wrong with a recording, its text, or a whole set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingCode(StrEnum):
    """What can be wrong. The codes never change, because reports contain them."""

    #: An audio file has no text, so nothing can be learned from it.
    TEXT_MISSING = "TEXT_MISSING"
    #: A text has no audio beside it. A teaching of words learns from it.
    TEXT_WITHOUT_AUDIO = "TEXT_WITHOUT_AUDIO"
    #: A text names an audio file that does not exist.
    AUDIO_MISSING = "AUDIO_MISSING"
    #: A correction belongs to another recording than the one of its name.
    AUDIO_CHANGED = "AUDIO_CHANGED"
    #: A segment of a correction is in a channel whose number nobody knows.
    CHANNEL_UNKNOWN = "CHANNEL_UNKNOWN"
    #: A file cannot be decoded. The message contains the transcriber's code.
    AUDIO_UNREADABLE = "AUDIO_UNREADABLE"
    AUDIO_SILENT = "AUDIO_SILENT"
    #: The recording is longer than those from which models learn.
    AUDIO_TOO_LONG = "AUDIO_TOO_LONG"
    #: Many samples are at full scale. The recording is used.
    AUDIO_CLIPPED = "AUDIO_CLIPPED"
    #: The same audio is in the set twice, with the same text.
    AUDIO_REPEATED = "AUDIO_REPEATED"
    #: The same audio is in the set twice, with different texts.
    TEXTS_CONTRADICT = "TEXTS_CONTRADICT"
    TEXT_EMPTY = "TEXT_EMPTY"
    #: Nobody knows from "110" whether "one one zero" was said, or "a hundred and ten".
    TEXT_HAS_DIGITS = "TEXT_HAS_DIGITS"
    #: The text contains letters that the model cannot write.
    LETTERS_UNKNOWN = "LETTERS_UNKNOWN"
    #: The text has more letters than the recording has room for.
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    #: The recording is far longer than its text. The recording is used.
    TEXT_SHORT = "TEXT_SHORT"
    #: The present model finds the text so improbable that it is probably another recording's.
    LABEL_SUSPECT = "LABEL_SUSPECT"


#: Findings of recordings that are used all the same.
_HARMLESS = frozenset({FindingCode.AUDIO_CLIPPED, FindingCode.TEXT_SHORT})


@dataclass(frozen=True)
class Finding:
    """What is wrong with one recording."""

    code: FindingCode
    #: The recording's path below the folder of the set.
    recording: str
    #: What is wrong, and what to do.
    message: str

    @property
    def excludes(self) -> bool:
        """Whether the recording is left out."""
        return self.code not in _HARMLESS

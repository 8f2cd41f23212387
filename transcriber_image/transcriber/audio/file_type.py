"""The type of a file that is not audio of a format that is read, and advice. Error messages contain both."""

from __future__ import annotations

from dataclasses import dataclass

CONVERT = "Convert it to WAV."
UNPACK = "Unpack it, and upload the recordings that it contains."
NO_AUDIO = "It contains no audio. Upload the recording itself."
DOWNLOAD_AGAIN = "A program probably saved this answer in place of the recording. Download the recording again."
DECRYPT = "Decrypt it before you upload it."


@dataclass(frozen=True)
class FileType:
    """A type of file."""

    #: With an article, such as `an MP3 file`.
    name: str
    #: What to do with such a file: whole sentences.
    advice: str = CONVERT

"""The messages between the decoder and the process that started it.

The process sends lines: a `Request` as JSON opens a file, and `NEXT` asks for its next block. The next request closes
the file, whether it is read to its end or not. Each line gets one answer, which has a head and a content:

- `DESCRIPTION`, to a request: `Description` as JSON.
- `SAMPLES`, to `NEXT`: a block of 32-bit floating-point samples in native byte order, frame by frame.
- `END`, to `NEXT` at the end of the audio: `Description` as JSON, with the length that was decoded.
- `ERROR`, to any line: the code and the message of an `InputError` as JSON, or `UNREADABLE` and a message. The file is
  closed.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from typing import IO

NEXT = b"next\n"
DESCRIPTION, SAMPLES, END, ERROR = b"D", b"S", b"E", b"X"
#: The code of an error of the disk.
UNREADABLE = "UNREADABLE"

#: The kind of an answer and its content.
Answer = tuple[bytes, bytes]

_HEAD = struct.Struct("<cI")
#: The longest content of an answer, in bytes. The decoder may be damaged by a file, so its answers are not trusted.
MOST_BYTES = 8 * 2**20


class DecoderEnded(Exception):
    """Raised when the decoder ended, or sent something that is no answer."""


@dataclass(frozen=True)
class Request:
    """A file to open."""

    path: str
    #: The name of the format, from `content_type`.
    file_format: str

    def dump(self) -> bytes:
        """Return the request as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @staticmethod
    def parse(line: bytes) -> Request:
        """Parse a request."""
        return Request(**json.loads(line))


@dataclass(frozen=True)
class Description:
    """The format and the length of audio."""

    sample_rate: int
    channels: int
    #: The number of frames; an estimate until the end. A frame is one sample of each channel.
    frames: int
    encoding: str
    #: What people should know about the file.
    notes: tuple[str, ...] = ()

    def dump(self) -> bytes:
        """Return the description as JSON."""
        return json.dumps(asdict(self)).encode()

    @staticmethod
    def parse(content: bytes) -> Description:
        """Parse a description.

        Raises:
            DecoderEnded: `content` is no description.
        """
        try:
            fields = json.loads(content)
            return Description(
                int(fields["sample_rate"]),
                int(fields["channels"]),
                int(fields["frames"]),
                str(fields["encoding"]),
                tuple(map(str, fields["notes"])),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise DecoderEnded("it sent a damaged description") from error


def make_error(code: str, message: str) -> Answer:
    """Return the answer for an error."""
    return ERROR, json.dumps({"code": code, "message": message}).encode()


def parse_error(content: bytes) -> tuple[str, str]:
    """Return the code and the message of an error.

    Raises:
        DecoderEnded: `content` is no error.
    """
    try:
        fields = json.loads(content)
        return str(fields["code"]), str(fields["message"])
    except (ValueError, KeyError, TypeError) as error:
        raise DecoderEnded("it sent a damaged error") from error


def send(pipe: IO[bytes], answer: Answer) -> None:
    """Send an answer."""
    kind, content = answer
    pipe.write(_HEAD.pack(kind, len(content)))
    pipe.write(content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Answer:
    """Receive an answer.

    Raises:
        DecoderEnded: the pipe is closed, or what arrives is no answer.
    """
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise DecoderEnded("it ended")
    kind, size = _HEAD.unpack(head)
    if kind not in (DESCRIPTION, SAMPLES, END, ERROR) or size > MOST_BYTES:
        raise DecoderEnded("it sent a damaged answer")
    content = pipe.read(size)
    if len(content) < size:
        raise DecoderEnded("it ended")
    return kind, content

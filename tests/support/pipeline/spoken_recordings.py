"""Recordings with known words, and files without words."""

from __future__ import annotations

import hashlib
import io
import json
import wave
from dataclasses import dataclass
from functools import cached_property

from local.paths import DEMO_CLIPS

#: The sample rate of the demo clips, in hertz. They are mono, with 16 bits per sample.
RATE = 16_000


@dataclass(frozen=True)
class Recording:
    """A file in `input/` with known words."""

    content: bytes
    #: The words, or `None` if the file is not audio.
    text: str | None

    @cached_property
    def etag(self) -> str:
        """The ETag that S3 gives to the file."""
        return etag_of(self.content)


def etag_of(content: bytes) -> str:
    """Return the ETag that S3 gives to an object with this content that was uploaded in one piece."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _wav(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        writer.writeframes(samples)
    return file.getvalue()


def _read_clips() -> tuple[Recording, ...]:
    texts: dict[str, str] = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    return tuple(Recording((DEMO_CLIPS / name).read_bytes(), texts[name]) for name in sorted(texts))


#: The demo clips. Each clip has different words.
CLIPS = _read_clips()
CLIP = CLIPS[0]
#: A tenth of a second of silence.
SILENCE = Recording(_wav(bytes(2 * RATE // 10)), "")
NOISE = Recording(b"This is not audio.\n", None)


def with_comment(recording: Recording, number: int) -> Recording:
    """Return a WAV recording with other content and the same words: `number` follows the audio as a comment."""
    text = f"{number:08}".encode()
    comment = b"LIST" + (12 + len(text)).to_bytes(4, "little") + b"INFOICMT" + len(text).to_bytes(4, "little") + text
    content = recording.content + comment
    size = len(content) - 8
    return Recording(content[:4] + size.to_bytes(4, "little") + content[8:], recording.text)


def long_recording(minutes: float = 4) -> Recording:
    """Return a recording of about `minutes` minutes, with which a child works for some seconds.

    The recording is one clip, many times in a row.
    """
    with wave.open(io.BytesIO(CLIP.content)) as reader:
        samples = reader.readframes(reader.getnframes())
    times = round(minutes * 60 * RATE * 2 / len(samples))
    return Recording(_wav(samples * times), " ".join([str(CLIP.text)] * times))

"""Recordings with known words."""

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
    """A file and its words, or `None` if the file is no audio."""

    content: bytes
    text: str | None

    @cached_property
    def etag(self) -> str:
        """See `etag_of`."""
        return etag_of(self.content)


def etag_of(content: bytes) -> str:
    """The ETag that S3 gives to an object that was uploaded in one piece."""
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


#: The demo clips. Each has other words.
CLIPS = _read_clips()
CLIP = CLIPS[0]
#: A tenth of a second of silence.
SILENCE = Recording(_wav(bytes(2 * RATE // 10)), "")
NOISE = Recording(b"This is not audio.\n", None)


def long_recording(minutes: float = 4) -> Recording:
    """One clip many times in a row, so that a child works for some seconds."""
    with wave.open(io.BytesIO(CLIP.content)) as reader:
        samples = reader.readframes(reader.getnframes())
    times = round(minutes * 60 * RATE * 2 / len(samples))
    return Recording(_wav(samples * times), " ".join([str(CLIP.text)] * times))

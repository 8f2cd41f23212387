"""Recordings without a sound, for the player."""

from __future__ import annotations

import io
import wave

from transcription.shared.bucket import Bucket

#: The lowest rate that browsers play without doubt, in hertz.
RATE = 8000


def silent_wav(seconds: int) -> bytes:
    """A recording without a sound, with 8 bits per sample."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(b"\x80" * seconds * RATE)
    return content.getvalue()


def put_audio(bucket: Bucket, name: str, seconds: int) -> None:
    """Write the audio of a recording into the bucket."""
    bucket.client.put_object(Bucket=bucket.name, Key=f"processed/{name}.wav", Body=silent_wav(seconds))

"""Transcripts in the bucket, as the container writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from transcription.contract import keys
from transcription.shared.bucket import Bucket

#: Words are 0.5 s apart, and 0.4 s long.
STEP, LENGTH = 0.5, 0.4
AUDIO_SHA256 = "cd" * 32
THREE_SEGMENTS = [(0.0, 5.0, "one two three"), (5.0, 10.0, "four five"), (10.0, 15.0, "six seven eight")]


def transcript_document(
    name: str, segments: Sequence[tuple[float, float, str]], *, confidence: float = 0.5, formats: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the JSON of a transcript.

    Args:
        name: the name of the recording.
        segments: the start, the end and the text of each segment.
        confidence: the confidence of each word.
        formats: the formats that the run wrote.
    """
    words = [
        {"word": word, "start": start + STEP * place, "end": start + STEP * place + LENGTH, "confidence": confidence}
        for start, _, text in segments
        for place, word in enumerate(text.split())
    ]
    return {
        "version": 1,
        "text": " ".join(text for _, _, text in segments),
        "no_speech": not words,
        "confidence": confidence if words else None,
        "words": words,
        "segments": [
            {"start": start, "end": end, "text": text, "confidence": confidence, "alternatives": []}
            for start, end, text in segments
        ],
        "skipped_seconds": 0.0,
        "audio": {"seconds": segments[-1][1], "sample_rate": 16000, "channels": 1, "encoding": "PCM_16"},
        "provenance": {
            "input": {"number": 0, "key": f"input/{name}.wav", "etag": "ab12", "size": 1000},
            "sha256": AUDIO_SHA256,
            "model": {"name": "court", "acoustic_sha256": "aa" * 32, "scorer_sha256": None},
            "options": {
                "model": "",
                "beam_width": 200,
                "hot_words": [{"word": "objection", "boost": 7.5}],
                "formats": list(formats),
                "low_confidence": 0.8,
            },
            "recipe": "dd44",
            "decoder": {"beam_width": 200, "lm_alpha": None, "lm_beta": None},
            "engine": "libdeepspeech 0.9.3",
            "code": "0.3.0",
        },
    }


def write_transcript(bucket: Bucket, name: str, document: dict[str, Any]) -> None:
    """Write the JSON of a transcript into the bucket."""
    bucket.client.put_object(Bucket=bucket.name, Key=keys.transcript_json(name), Body=json.dumps(document).encode())

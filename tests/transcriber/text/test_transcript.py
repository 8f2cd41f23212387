"""The text and the JSON of a transcript contain what was said, when and how surely, and what made it."""

from __future__ import annotations

import json

import pytest

from transcriber.engines.engine import DecoderSettings
from transcriber.engines.utterance import Alternative, Utterance
from transcriber.text.transcript import Provenance, Transcript, assemble
from transcription.contract.manifest import Item
from transcription.contract.options import Options
from transcription.contract.result import Audio, Model
from transcription.contract.spoken_word import Word

AUDIO = Audio(30.0, 44100, 2, "PCM_24")
PROVENANCE = Provenance(
    input=Item(3, "input/ü.wav", "abc", 1000),
    sha256="12" * 32,
    model=Model("mine", "34" * 32),
    options=Options(beam_width=10),
    recipe="ab12",
    decoder=DecoderSettings(10, None, None),
    engine="libdeepspeech 0.9.3",
)
SECOND = Utterance(
    0, 12.0, 24.0, (Word("three", 13.00049, 13.5, 0.5),), (Alternative("tree", 0.3), Alternative("", 0.12345))
)
FIRST = Utterance(0, 0.0, 12.0, (Word("one", 1.0, 1.5, 1.0), Word("two", 2.0, 2.5, 0.9)))


@pytest.fixture
def transcript() -> Transcript:
    return assemble([SECOND, FIRST], AUDIO, 6.0)


def test_the_plain_text_is_one_line_in_the_order_of_speech(transcript: Transcript) -> None:
    """An engine may answer in any order."""
    assert transcript.as_text() == b"one two three\n"


def test_the_json_has_words_times_confidence_and_provenance(transcript: Transcript) -> None:
    """Transcripts once had no times, no confidence and no version of the model."""
    document = json.loads(transcript.as_json(PROVENANCE))
    provenance = document.pop("provenance")
    assert document == {
        "version": 1,
        "text": "one two three",
        "no_speech": False,
        "confidence": 0.8,
        "words": [
            {"word": "one", "start": 1.0, "end": 1.5, "confidence": 1.0, "low_confidence": False},
            {"word": "two", "start": 2.0, "end": 2.5, "confidence": 0.9, "low_confidence": False},
            {"word": "three", "start": 13.0, "end": 13.5, "confidence": 0.5, "low_confidence": True},
        ],
        "unsure_words": 1,
        "segments": [
            {"start": 0.0, "end": 12.0, "text": "one two", "confidence": 0.95, "alternatives": []},
            {
                "start": 12.0,
                "end": 24.0,
                "text": "three",
                "confidence": 0.5,
                "alternatives": [{"text": "tree", "confidence": 0.3}, {"text": "", "confidence": 0.123}],
            },
        ],
        "skipped_seconds": 6.0,
        "audio": {
            "seconds": 30.0,
            "sample_rate": 44100,
            "channels": 2,
            "encoding": "PCM_24",
            "notes": [],
            "gain_db": 0.0,
            "channel_use": "",
        },
        "listening": {"peaks": False, "copy": False},
    }
    assert provenance["input"]["etag"] == "abc"
    assert provenance["recipe"] == "ab12"
    assert provenance["model"]["acoustic_sha256"] == "34" * 32
    assert provenance["decoder"]["beam_width"] == 10
    assert provenance["engine"] == "libdeepspeech 0.9.3"
    assert provenance["code"]


def test_names_are_not_escaped_in_the_json(transcript: Transcript) -> None:
    assert "input/ü.wav".encode() in transcript.as_json(PROVENANCE)


def test_silence_gives_an_empty_text_and_is_marked_in_the_json() -> None:
    silent = assemble([Utterance(0, 0.0, 5.0, ())], AUDIO, 25.0)
    document = json.loads(silent.as_json(PROVENANCE))
    assert silent.as_text() == b""
    assert document["no_speech"] is True
    assert document["confidence"] is None

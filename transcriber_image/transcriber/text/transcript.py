"""A file's transcript, put together from what was heard in its segments, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Optional, Union

from transcriber import __version__
from transcriber.engines.engine import DecoderSettings
from transcriber.engines.utterance import Alternative, Utterance, Word
from transcription.contract.manifest import Item
from transcription.contract.options import Options
from transcription.contract.result import Audio, Model

#: Of the JSON document. Raised when a field changes its meaning or goes away.
VERSION = 1


@dataclass(frozen=True)
class Provenance:
    """What a transcript was made from, and by what."""

    input: Item
    #: SHA-256 of the WAV file, hexadecimal.
    sha256: str
    model: Model
    #: As the run asked for them; what came of them is in `decoder`.
    options: Options
    #: Tells a later run whether it would make the same transcript; see `Plan.recipe`.
    recipe: str
    decoder: DecoderSettings
    engine: str
    code: str = __version__


@dataclass(frozen=True)
class Transcript:
    """What was said in a file."""

    utterances: tuple[Utterance, ...]
    audio: Audio
    #: How much was passed over because it holds no voice, in seconds.
    skipped_seconds: float

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in the order in which they were spoken."""
        return tuple(word for utterance in self.utterances for word in utterance.words)

    @property
    def text(self) -> str:
        """The words with a space between them; empty where nothing was said."""
        return _text(self.words)

    @property
    def no_speech(self) -> bool:
        """Whether nothing was said."""
        return not self.words

    @property
    def confidence(self) -> Optional[float]:
        """The share of the words that should be right, from 0 to 1; nothing where nothing was said."""
        return _confidence(self.words)

    def unsure_words(self, below: float) -> int:
        """How many words have less confidence than `below`."""
        return sum(each.confidence < below for each in self.words)

    def as_text(self) -> bytes:
        """The plain text file: one line, or empty where nothing was said."""
        return f"{self.text}\n".encode() if self.text else b""

    def as_json(self, provenance: Provenance) -> bytes:
        """The JSON document, as `contract/transcript.schema.json` describes it."""
        unsure = provenance.options.low_confidence
        document = {
            "version": VERSION,
            "text": self.text,
            "no_speech": self.no_speech,
            "confidence": self.confidence,
            "unsure_words": self.unsure_words(unsure),
            "words": [{**_rounded(word), "low_confidence": word.confidence < unsure} for word in self.words],
            "segments": [
                {
                    "start": round(each.start, 3),
                    "end": round(each.end, 3),
                    "text": _text(each.words),
                    "confidence": _confidence(each.words),
                    "alternatives": [_rounded(alternative) for alternative in each.alternatives],
                }
                for each in self.utterances
            ],
            "skipped_seconds": round(self.skipped_seconds, 3),
            "audio": asdict(self.audio),
            "provenance": asdict(provenance),
        }
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def assemble(utterances: Sequence[Utterance], audio: Audio, skipped_seconds: float) -> Transcript:
    """The transcript of one file from its utterances, which an engine may give in any order."""
    in_order = sorted(utterances, key=lambda each: each.start)
    return Transcript(tuple(in_order), audio, skipped_seconds)


def _text(words: Sequence[Word]) -> str:
    return " ".join(each.word for each in words)


def _confidence(words: Sequence[Word]) -> Optional[float]:
    """The mean over the words: where each is right with its own probability, this many are right on average."""
    return round(sum(each.confidence for each in words) / len(words), 3) if words else None


def _rounded(record: Union[Word, Alternative]) -> dict[str, object]:
    """Its fields, times and shares to three places."""
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(record).items()}

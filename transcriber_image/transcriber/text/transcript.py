"""The transcript of a file, assembled from the utterances of its segments, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Optional, Union

from transcriber import __version__
from transcriber.engines.engine import DecoderSettings
from transcriber.engines.utterance import Alternative, Utterance
from transcription.contract.manifest import Item
from transcription.contract.options import Options
from transcription.contract.result import Audio, Listening, Model
from transcription.contract.spoken_word import Word
from transcription.contract.word_spacing import join_words
from transcription.formats import plain_text

#: The version of the JSON document. Increase it if a field changes its meaning or is removed.
VERSION = 1


@dataclass(frozen=True)
class Provenance:
    """The input, the model, the settings and the code that a transcript was made with."""

    input: Item
    #: SHA-256 of the recording, hexadecimal.
    sha256: str
    model: Model
    #: The options as the run gives them; `decoder` has the values that were used.
    options: Options
    #: A later run with the same recipe would make the same transcript; see `Plan.recipe`.
    recipe: str
    decoder: DecoderSettings
    engine: str
    code: str = __version__


@dataclass(frozen=True)
class Transcript:
    """The utterances of a file in the order of their starts, and what is derived from them."""

    utterances: tuple[Utterance, ...]
    audio: Audio
    #: The length of the audio that was left out because it contains no voice, in seconds.
    skipped_seconds: float
    #: What a page finds in the bucket beside the transcript.
    listening: Listening = Listening()  # noqa: RUF009 - it is frozen

    @property
    def words(self) -> tuple[Word, ...]:
        """All words, utterance by utterance."""
        return tuple(word for utterance in self.utterances for word in utterance.words)

    @property
    def text(self) -> str:
        """The text of the plain text file, without the line feed at its end."""
        return plain_text.text_of(self.utterances)

    @property
    def no_speech(self) -> bool:
        """Whether the file has no words."""
        return not self.words

    @property
    def confidence(self) -> Optional[float]:
        """The mean confidence of the words, from 0 to 1; `None` if there are none.

        This is the expected share of correct words, since a word's confidence is its probability to be correct.
        """
        return _confidence(self.words)

    def unsure_words(self, below: float) -> int:
        """Return the number of words whose confidence is less than `below`."""
        return sum(word.confidence < below for word in self.words)

    def summary(self, low_confidence: float) -> Mapping[str, str]:
        """Return the metadata of the JSON file in S3, which a list of recordings shows without reading the file.

        Its fields are the length in seconds, the numbers of words and of unsure words, and, if there are words, the
        confidence.
        """
        return {
            "seconds": f"{self.audio.seconds:.3f}",
            "words": str(len(self.words)),
            "unsure": str(self.unsure_words(low_confidence)),
            **({} if self.confidence is None else {"confidence": str(self.confidence)}),
        }

    def as_text(self) -> bytes:
        """Return the content of the plain text file."""
        return plain_text.render(self.utterances)

    def as_json(self, provenance: Provenance) -> bytes:
        """Return the content of the JSON file, which `contract/transcript.schema.json` describes."""
        unsure = provenance.options.low_confidence
        document = {
            "version": VERSION,
            "text": self.text,
            "no_speech": self.no_speech,
            "confidence": self.confidence,
            "unsure_words": self.unsure_words(unsure),
            "words": [
                {**_rounded(word), "low_confidence": word.confidence < unsure, **_channel(utterance)}
                for utterance in self.utterances
                for word in utterance.words
            ],
            "segments": [
                {
                    **_channel(utterance),
                    "start": round(utterance.start, 3),
                    "end": round(utterance.end, 3),
                    "text": _text(utterance.words),
                    "confidence": _confidence(utterance.words),
                    "alternatives": [_rounded(alternative) for alternative in utterance.alternatives],
                }
                for utterance in self.utterances
            ],
            "skipped_seconds": round(self.skipped_seconds, 3),
            "audio": asdict(self.audio),
            "listening": {"peaks": self.listening.peaks, "copy": self.listening.copy},
            "provenance": asdict(provenance),
        }
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def assemble(utterances: Sequence[Utterance], audio: Audio, skipped_seconds: float) -> Transcript:
    """Assemble the transcript of one file.

    Args:
        utterances: the utterances of the file, in any order.
        audio: the length and the format of the file.
        skipped_seconds: the length of the segments that were left out because they contain no voice, in seconds.
    """
    in_order = sorted(utterances, key=lambda utterance: (utterance.start, utterance.channel or ""))
    return Transcript(tuple(in_order), audio, skipped_seconds)


def _channel(utterance: Utterance) -> dict[str, object]:
    """Return the field `channel` of a segment and of its words; nothing if the channels are mixed."""
    return {"channel": utterance.channel} if utterance.channel else {}


def _text(words: Sequence[Word]) -> str:
    return join_words(word.word for word in words)


def _confidence(words: Sequence[Word]) -> Optional[float]:
    """Return the mean confidence of the words, to three decimal places, or `None` if there are no words."""
    return round(sum(word.confidence for word in words) / len(words), 3) if words else None


def _rounded(record: Union[Word, Alternative]) -> dict[str, object]:
    """Return the fields of a record, with numbers rounded to three decimal places."""
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(record).items()}

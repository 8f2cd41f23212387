"""A measurement of how often the int8 and the float32 network find the same words, in the first minutes of a shard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Callable

from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import EngineDescription
from transcriber.engines.utterance import Answer, Utterance
from transcriber.workers.engine_pool import EnginePool

#: Seconds of audio that are compared: enough for some hundred words, and transcribed twice in little time.
_COMPARED_SECONDS = 120.0


class Int8Engine:
    """The int8 engine, whose first results are compared with those of a float32 engine.

    Args:
        engine: the int8 engine, which gives all results.
        create_float32: a function that creates the float32 engine. That engine is closed after the comparison.
    """

    def __init__(self, engine: EnginePool, create_float32: Callable[[], EnginePool]) -> None:
        self._engine = engine
        self._create_float32 = create_float32
        self._note = ""

    def close(self) -> None:
        """End the int8 engine's processes."""
        self._engine.close()

    @property
    def description(self) -> EngineDescription:
        """The int8 engine's description. When the comparison is finished, the note contains its result."""
        description = self._engine.description
        return replace(description, note="; ".join(filter(None, (description.note, self._note))))

    def add_note(self, note: str) -> None:
        """Add a message for users to the description, unless it is empty."""
        self._engine.add_note(note)

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        """Yield one result for each segment. The first result comes after the comparison."""
        remaining = iter(segments)
        compared = list(_take_seconds(remaining, _COMPARED_SECONDS))
        answers = list(self._engine.transcribe(compared))
        with closing(self._create_float32()) as float32:
            seconds = sum(segment.seconds for segment in compared)
            self._note = _describe_agreement(answers, list(float32.transcribe(compared)), seconds)
        yield from answers
        yield from self._engine.transcribe(remaining)


def _take_seconds(segments: Iterator[Segment], limit: float) -> Iterator[Segment]:
    """Yield segments until they contain `limit` seconds of audio or more."""
    seconds = 0.0
    for segment in segments:
        yield segment
        seconds += segment.seconds
        if seconds >= limit:
            return


def _describe_agreement(int8: Iterable[Answer], float32: Iterable[Answer], seconds: float) -> str:
    """Return a sentence for users, which says in how many segments both engines found the same words.

    Args:
        int8: the results of the int8 engine.
        float32: the results of the float32 engine for the same segments.
        seconds: the length of these segments, in seconds.
    """
    int8_words, float32_words = _words_by_segment(int8), _words_by_segment(float32)
    same = sum(float32_words.get(segment) == words for segment, words in int8_words.items())
    return (
        f"in the first {seconds / 60:.1f} minutes, the int8 LSTM gives the same words as float32 in {same} of "
        f"{len(int8_words)} segments"
    )


def _words_by_segment(answers: Iterable[Answer]) -> dict[tuple[int, float], list[str]]:
    """Return the words of each transcribed segment, by the number of the file and the segment's start in the file."""
    return {
        (answer.file, answer.start): [word.word for word in answer.words]
        for answer in answers
        if isinstance(answer, Utterance)
    }

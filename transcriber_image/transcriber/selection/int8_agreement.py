"""How far the int8 network agrees with float32, on the first minutes of what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from types import TracebackType
from typing import Callable, Optional, Union

from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import Description, Unheard, Utterance
from transcriber.workers.engine_pool import ParallelEngine

#: In seconds of audio: enough for some hundred words, and soon transcribed twice.
_COMPARED = 120.0


class Compared(AbstractContextManager["Compared"]):
    """An engine whose first answers are compared with those of another one, which is ended after them."""

    def __init__(self, engine: ParallelEngine, other: Callable[[], ParallelEngine]) -> None:
        self._engine = engine
        self._other = other
        self._note = ""

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """End the engine."""
        self._engine.end()

    @property
    def description(self) -> Description:
        """The engine's, with how far the two agree once that is known."""
        return replace(self._engine.description, note=self._note)

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Union[Utterance, Unheard]]:
        """One answer for each segment; none comes before it is known how far the two agree."""
        remaining = iter(segments)
        first = list(_first(remaining))
        answers = list(self._engine.transcribe(first))
        with self._other() as other:
            self._note = _agreement(answers, list(other.transcribe(first)), sum(each.seconds for each in first))
        yield from answers
        yield from self._engine.transcribe(remaining)


def _first(segments: Iterator[Segment]) -> Iterator[Segment]:
    seconds = 0.0
    for each in segments:
        yield each
        seconds += each.seconds
        if seconds >= _COMPARED:
            return


def _agreement(
    answers: Iterable[Union[Utterance, Unheard]], others: Iterable[Union[Utterance, Unheard]], seconds: float
) -> str:
    """For people: in how many segments both have the same words."""
    one, other = (
        {(each.file, each.start): [word.word for word in each.words] for each in heard if isinstance(each, Utterance)}
        for heard in (answers, others)
    )
    same = sum(other.get(place) == words for place, words in one.items())
    return (
        f"the int8 LSTM has the words of float32 in {same} of {len(one)} segments, the first {seconds / 60:.1f} minutes"
    )

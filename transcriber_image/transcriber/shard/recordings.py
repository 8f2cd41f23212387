"""Many files through one engine: their segments as one stream, so that no core waits for the end of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional, Union

from transcriber.audio import audio_stream
from transcriber.audio.segmentation import Segment, Segmenter
from transcriber.engines.engine import Engine, Unheard, Utterance
from transcriber.text.transcript import Transcript, assemble
from transcription.contract.errors import DiskFailed, InputError, TranscriptionError
from transcription.contract.options import Options
from transcription.contract.result import Audio


@dataclass(frozen=True)
class Recording:
    """A WAV file and a number that no other one has."""

    number: int
    path: Path


@dataclass(frozen=True)
class Outcome:
    """What came of a recording."""

    number: int
    #: Nothing where the file cannot be read.
    audio: Optional[Audio]
    transcript: Optional[Transcript] = None
    #: What kept it from being: an `InputError`, `EngineFailed` or `DiskFailed`.
    error: Optional[TranscriptionError] = None
    #: What recognition took of one vCPU, in seconds.
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far a recording has come, in seconds of its audio."""

    number: int
    reached: float
    of: float


@dataclass
class _Open:
    """A recording of which not all answers are there."""

    number: int
    audio: Optional[Audio] = None
    utterances: list[Utterance] = field(default_factory=list)
    error: Optional[TranscriptionError] = None
    skipped_seconds: float = 0.0
    #: How many segments went to the engine; how many answers it gave; whether all segments were made.
    segments: int = 0
    answers: int = 0
    is_read: bool = False
    #: How much has been heard, in seconds: an engine may begin anywhere.
    reached: float = 0.0

    def outcome(self) -> Outcome:
        """What came of it, now that all is known."""
        cpu_seconds = sum(each.cpu_seconds for each in self.utterances)
        if self.error is not None or self.audio is None:
            return Outcome(self.number, self.audio, error=self.error, cpu_seconds=cpu_seconds)
        transcript = assemble(self.utterances, self.audio, self.skipped_seconds)
        return Outcome(self.number, self.audio, transcript, cpu_seconds=cpu_seconds)


def transcribe(
    recordings: Iterable[Recording],
    engine: Engine,
    options: Options,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Iterator[Outcome]:
    """What is said in each recording, as soon as it is known, in about the order in which they are given.

    A recording is taken from the iterable when the one before has been read to its end.
    """
    transcription = _Transcription(engine.description.sample_rate, options)
    for answer in engine.transcribe(transcription.segments(recordings)):
        transcription.add(answer)
        if (reached := transcription.reached(answer.file)) is not None:
            progress(reached)
        yield from transcription.finished()
    yield from transcription.finished()


class _Transcription:
    """The recordings that are under way."""

    def __init__(self, rate: int, options: Options) -> None:
        self._rate = rate
        self._cut = options.cut_at_silence
        self._open: dict[int, _Open] = {}

    def segments(self, recordings: Iterable[Recording]) -> Iterator[Segment]:
        """The segments of all recordings; of one that turns out to be damaged, those before the damage."""
        for recording in recordings:
            state = self._open[recording.number] = _Open(recording.number)
            segmenter = Segmenter(self._rate, cut=self._cut)
            try:
                state.audio = audio_stream.describe(recording.path)
                with closing(audio_stream.decode(recording.path, self._rate)) as blocks:
                    for segment in segmenter.segments(recording.number, blocks):
                        if state.error is not None:
                            break  # the engine gave up on it
                        state.segments += 1
                        yield segment
            except InputError as error:
                state.error = error
            except OSError as error:
                state.error = DiskFailed(f"{recording.path} cannot be read: {error}")
            state.skipped_seconds = segmenter.skipped_seconds
            state.is_read = True

    def add(self, answer: Union[Utterance, Unheard]) -> None:
        """Take an answer of the engine."""
        state = self._open[answer.file]
        state.answers += 1
        if isinstance(answer, Utterance):
            state.utterances.append(answer)
            state.reached += answer.end - answer.start
        elif state.error is None:
            state.error = answer.error

    def reached(self, number: int) -> Optional[Progress]:
        """How far a recording has come; nothing where it is given up."""
        state = self._open[number]
        if state.error is not None or state.audio is None:
            return None
        return Progress(number, state.reached, state.audio.seconds)

    def finished(self) -> Iterator[Outcome]:
        """The recordings of which all answers are there; they are not under way any more."""
        for state in [each for each in self._open.values() if each.is_read and each.answers == each.segments]:
            del self._open[state.number]
            yield state.outcome()

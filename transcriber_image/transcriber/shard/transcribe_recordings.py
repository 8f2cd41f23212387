"""The transcription of many files at once. One stream of segments from all files keeps every core busy."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Callable, Optional

from transcriber.audio import audio_stream
from transcriber.audio.audio_stream import Samples
from transcriber.audio.level import Gain
from transcriber.audio.segmentation import Segment, Segmenter
from transcriber.engines.engine import Engine
from transcriber.engines.utterance import Answer, Utterance
from transcriber.shard.recordings import Progress, Recording, RecordingResult
from transcriber.text.transcript import assemble
from transcription.contract.errors import DiskFailed, InputError, TranscriptionError
from transcription.contract.options import Options
from transcription.contract.result import Audio


def transcribe_recordings(
    recordings: Iterable[Recording],
    engine: Engine,
    options: Options,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Iterator[RecordingResult]:
    """Transcribe recordings, and yield the result of each recording as soon as it is complete.

    The order of the results is about the order of the recordings.

    Args:
        recordings: the recordings. Each is taken from the iterable when the previous one has been read and closed.
        engine: the engine.
        options: the options of the transcription.
        on_progress: a function that is called after each answer of the engine, unless the recording has failed.
    """
    open_recordings = _OpenRecordings(engine.description.sample_rate, options)
    for answer in engine.transcribe(open_recordings.segments(recordings)):
        open_recordings.add(answer)
        if (progress := open_recordings.progress(answer.file)) is not None:
            on_progress(progress)
        yield from open_recordings.pop_results()
    yield from open_recordings.pop_results()


@dataclass
class _OpenRecording:
    """A recording that is being read, or waits for answers of the engine."""

    number: int
    audio: Optional[Audio] = None
    utterances: list[Utterance] = field(default_factory=list)
    error: Optional[TranscriptionError] = None
    skipped_seconds: float = 0.0
    #: How many segments were given to the engine.
    segments: int = 0
    #: How many of these segments the engine has answered.
    answers: int = 0
    #: Whether all segments were given to the engine.
    is_read: bool = False
    #: How many seconds are transcribed. They may be anywhere in the file, because answers come in any order.
    reached: float = 0.0

    @property
    def is_complete(self) -> bool:
        return self.is_read and self.answers == self.segments

    def result(self) -> RecordingResult:
        """Return the result. The recording must be complete."""
        cpu_seconds = sum(utterance.cpu_seconds for utterance in self.utterances)
        if self.error is not None or self.audio is None:
            return RecordingResult(self.number, self.audio, error=self.error, cpu_seconds=cpu_seconds)
        transcript = assemble(self.utterances, self.audio, self.skipped_seconds)
        return RecordingResult(self.number, self.audio, transcript, cpu_seconds=cpu_seconds)


class _OpenRecordings:
    """All recordings without a result yet, by number.

    Args:
        rate: the sample rate that the engine expects, in hertz.
        options: the options of the transcription.
    """

    def __init__(self, rate: int, options: Options) -> None:
        self._rate = rate
        self._cut = options.cut_at_silence
        self._open: dict[int, _OpenRecording] = {}

    def segments(self, recordings: Iterable[Recording]) -> Iterator[Segment]:
        """Yield the segments of all recordings. A damaged file gives only the segments before the damage."""
        for recording in recordings:
            state = self._open[recording.number] = _OpenRecording(recording.number)
            segmenter = Segmenter(self._rate, cut=self._cut)
            try:
                state.audio = audio_stream.describe(recording.path)
                gain = audio_stream.measure_gain(recording.path)
                state.audio = _with_gain(state.audio, gain)
                with closing(self._blocks(state, recording.path, gain)) as blocks:
                    for segment in segmenter.segments(recording.number, blocks):
                        if state.error is not None:
                            break  # the engine failed on an earlier segment
                        state.segments += 1
                        yield segment
            except InputError as error:
                state.error = error
            except OSError as error:
                state.error = DiskFailed(f"{recording.path} cannot be read: {error}")
            state.skipped_seconds = segmenter.skipped_seconds
            state.is_read = True

    def _blocks(self, state: _OpenRecording, path: Path, gain: Gain) -> Generator[Samples, None, None]:
        """Yield the audio of a file. At its end, store the length that was decoded: some files do not say it."""
        audio = yield from audio_stream.decode(path, self._rate, gain)
        state.audio = _with_gain(audio, gain)

    def add(self, answer: Answer) -> None:
        """Store an answer of the engine."""
        state = self._open[answer.file]
        state.answers += 1
        if isinstance(answer, Utterance):
            state.utterances.append(answer)
            state.reached += answer.end - answer.start
        elif state.error is None:
            state.error = answer.error

    def progress(self, number: int) -> Optional[Progress]:
        """Return the progress of recording `number`, or `None` if it has failed."""
        state = self._open[number]
        if state.error is not None or state.audio is None:
            return None
        return Progress(number, state.reached, state.audio.seconds)

    def pop_results(self) -> Iterator[RecordingResult]:
        """Remove the complete recordings and yield their results."""
        for state in [state for state in self._open.values() if state.is_complete]:
            del self._open[state.number]
            yield state.result()


def _with_gain(audio: Audio, gain: Gain) -> Audio:
    """Return the description of audio with the gain that is applied to it."""
    notes = (gain.note,) if gain.note else ()
    return replace(audio, notes=audio.notes + notes, gain_db=gain.decibels)

"""The transcription of many files at once. One stream of segments from all files keeps every core busy."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Callable, Optional

from transcriber.audio import audio_stream
from transcriber.audio.audio_reader import AudioReader
from transcriber.audio.audio_stream import Conversion
from transcriber.audio.listening_recorder import ListeningFiles, ListeningRecorder
from transcriber.audio.segmentation import Segment, Segmenter, file_and_channel, stream_number
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
        if (progress := open_recordings.progress(file_and_channel(answer.file)[0])) is not None:
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
    #: How many streams the recording has: one, or one for each channel.
    streams: int = 1
    listening: Optional[ListeningFiles] = None

    @property
    def is_complete(self) -> bool:
        return self.is_read and self.answers == self.segments

    def result(self) -> RecordingResult:
        """Return the result. The recording must be complete."""
        cpu_seconds = sum(utterance.cpu_seconds for utterance in self.utterances)
        if self.error is not None or self.audio is None:
            if self.listening is not None:
                self.listening.discard()
            return RecordingResult(self.number, self.audio, error=self.error, cpu_seconds=cpu_seconds)
        transcript = assemble(self.utterances, self.audio, self.skipped_seconds)
        return RecordingResult(self.number, self.audio, transcript, cpu_seconds=cpu_seconds, listening=self.listening)


class _OpenRecordings:
    """All recordings without a result yet, by number.

    Args:
        rate: the sample rate that the engine expects, in hertz.
        options: the options of the transcription.
    """

    def __init__(self, rate: int, options: Options) -> None:
        self._rate = rate
        self._options = options
        self._open: dict[int, _OpenRecording] = {}

    def segments(self, recordings: Iterable[Recording]) -> Iterator[Segment]:
        """Yield the segments of all recordings. A damaged file gives only the segments before the damage."""
        for recording in recordings:
            state = self._open[recording.number] = _OpenRecording(recording.number)
            try:
                with AudioReader(recording.path) as reader:
                    state.audio = reader.describe()
                    conversion = audio_stream.measure(reader, self._options.channels)
                    state.audio = _converted(state.audio, conversion)
                    with closing(self._segments_of(state, recording, reader, conversion)) as segments:
                        for segment in segments:
                            if state.error is not None:
                                break  # the engine failed on an earlier segment
                            state.segments += 1
                            yield segment
            except InputError as error:
                state.error = error
            except OSError as error:
                state.error = DiskFailed(f"{recording.path} cannot be read: {error}")
            state.is_read = True

    def _segments_of(
        self, state: _OpenRecording, recording: Recording, reader: AudioReader, conversion: Conversion
    ) -> Generator[Segment, None, None]:
        """Yield the segments of all streams of a file.

        At the end, store the length that was decoded, because some files do not say it, and the files for listening.
        """
        use, is_cut = conversion.use, self._options.cut_at_silence
        channels: tuple[Optional[int], ...] = use.channels or (None,)
        numbers = [stream_number(state.number, channel) for channel in channels]
        segmenters = [Segmenter(self._rate, cut=is_cut, sparse=use.is_separate) for _ in numbers]
        state.streams = len(numbers)
        blocks = audio_stream.decode_streams(reader, self._rate, conversion)
        with self._listening_recorder(state, recording, channels) as listening:
            while True:
                try:
                    streams = next(blocks)
                except StopIteration as end:
                    state.audio = _converted(end.value, conversion)
                    break
                if listening is not None:
                    listening.add(streams)
                for number, segmenter, samples in zip(numbers, segmenters, streams):
                    yield from segmenter.add(number, samples)
        for number, segmenter in zip(numbers, segmenters):
            yield from segmenter.end(number)
        state.skipped_seconds = sum(segmenter.skipped_seconds for segmenter in segmenters) / len(segmenters)

    @contextmanager
    def _listening_recorder(
        self, state: _OpenRecording, recording: Recording, channels: Sequence[Optional[int]]
    ) -> Iterator[Optional[ListeningRecorder]]:
        """Yield a recorder for the files for listening, if they are wanted. Store the files at the end of the block.

        If the block ends with an exception, delete the files.
        """
        if recording.listening_copy is None or state.audio is None:
            yield None
            return
        names = [self._channel_name(channel) for channel in channels]
        recorder = ListeningRecorder(recording.path, state.audio, names, self._rate, recording.listening_copy)
        try:
            yield recorder
            state.listening = recorder.finish(state.audio.seconds)
        finally:
            if state.listening is None:
                recorder.cancel()

    def _channel_name(self, channel: Optional[int]) -> Optional[str]:
        """Return the name of a channel, or `None` for a mixture of channels."""
        return None if channel is None else self._options.channel_name(channel)

    def add(self, answer: Answer) -> None:
        """Store an answer of the engine."""
        file, channel = file_and_channel(answer.file)
        state = self._open[file]
        state.answers += 1
        if isinstance(answer, Utterance):
            state.utterances.append(replace(answer, file=file, channel=self._channel_name(channel)))
            state.reached += (answer.end - answer.start) / state.streams
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


def _converted(audio: Audio, conversion: Conversion) -> Audio:
    """Return the description of audio with what is done to it."""
    use, gain = conversion.use, conversion.gain
    notes = tuple(filter(None, (use.note, gain.note)))
    return replace(audio, notes=audio.notes + notes, gain_db=gain.decibels, channel_use=use.name)

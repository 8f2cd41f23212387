"""Both sides of a call are transcribed as well as each side alone, and only what is spoken is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.channel_recordings import Audio, call, noise, speech
from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.shard_bucket import Bucket, Run
from tests.support.transcriber.wav_files import RATE, Clip, wav
from transcriber.audio.segmentation import Segment, Segmenter, file_and_channel, stream_number
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.engines.utterance import Answer
from transcriber.text.transcript import Transcript
from transcriber_image.demo_model.training.errors import rate
from transcription.contract.options import Options

CALL_SECONDS = 600


class CountingEngine:
    """An engine that counts the seconds of audio that it gets."""

    def __init__(self, engine: LibDeepSpeech) -> None:
        self._engine = engine
        self.description = engine.description
        self.seconds = 0.0

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        """Transcribe segments, and count their seconds."""
        for segment in segments:
            self.seconds += segment.seconds
            yield from self._engine.transcribe([segment])


def write(path: Path, frames: Audio) -> Path:
    path.write_bytes(wav((frames * 32767).astype(np.int16)))
    return path


def spoken(transcript: Transcript, channel: str) -> str:
    words = [word for part in transcript.utterances if part.channel == channel for word in part.words]
    return " ".join(word.word for word in words)


@pytest.fixture(scope="module")
def long_call(clips: list[Clip]) -> tuple[Audio, list[str]]:
    """A call of ten minutes; a third of the turns overlap."""
    return call(clips, CALL_SECONDS, overlap=0.33)


@pytest.fixture(scope="module")
def counting(engine: LibDeepSpeech) -> CountingEngine:
    return CountingEngine(engine)


@pytest.fixture(scope="module")
def transcript(
    long_call: tuple[Audio, list[str]], counting: CountingEngine, tmp_path_factory: pytest.TempPathFactory
) -> Transcript:
    """The transcript of the call with the default options."""
    return transcribe_file(write(tmp_path_factory.mktemp("call") / "call.wav", long_call[0]), counting)


def test_each_side_is_transcribed_as_well_as_alone(
    transcript: Transcript, long_call: tuple[Audio, list[str]], engine: LibDeepSpeech, tmp_path: Path
) -> None:
    frames, texts = long_call
    assert transcript.audio.channel_use == "separate"
    for channel, text in enumerate(texts):
        alone = transcribe_file(write(tmp_path / "alone.wav", frames[:, channel]), engine)
        separate = rate([text], [spoken(transcript, str(channel + 1))])
        assert separate <= rate([text], [alone.text]) + 1


def test_only_speech_is_recognised(
    transcript: Transcript, long_call: tuple[Audio, list[str]], counting: CountingEngine
) -> None:
    """The recognised audio is hardly longer than what both people say, margins included."""
    frames, _ = long_call
    windows = frames[: len(frames) // 1600 * 1600].reshape(-1, 1600, 2)
    speech_seconds = (np.square(windows).mean(axis=1) > 10 ** (-50 / 10)).sum() * 0.1
    assert counting.seconds < 1.6 * speech_seconds
    assert counting.seconds + 2 * transcript.skipped_seconds == pytest.approx(2 * CALL_SECONDS, abs=1)


def test_the_text_is_a_conversation(transcript: Transcript) -> None:
    lines = transcript.text.splitlines()
    assert all(line.startswith(("1: ", "2: ")) for line in lines)
    assert all(line[0] != following[0] for line, following in zip(lines, lines[1:]))


def test_words_keep_their_times(clips: list[Clip], tmp_path: Path, engine: LibDeepSpeech) -> None:
    """A word of a short call is at the time at which it is spoken in its channel."""
    first, second = speech(clips[0]), speech(clips[1])
    frames = noise(RATE * 20, 2)
    frames[RATE : RATE + len(first), 0] += first
    frames[RATE * 12 : RATE * 12 + len(second), 1] += second
    short = transcribe_file(write(tmp_path / "short.wav", frames), engine)
    alone = transcribe_file(clips[1].path, engine)
    words = [word for utterance in short.utterances if utterance.channel == "2" for word in utterance.words]
    assert [word.word for word in words] == [word.word for word in alone.words]
    for word, expected in zip(words, alone.words):
        assert word.start == pytest.approx(expected.start + 12, abs=0.1)


def test_the_same_call_as_mono_and_a_room_come_out_as_ever(
    clips: list[Clip], tmp_path: Path, engine: LibDeepSpeech
) -> None:
    frames, _ = call(clips, 40)
    mono = frames.mean(axis=1)
    alone = transcribe_file(write(tmp_path / "mono.wav", mono), engine)
    room = transcribe_file(write(tmp_path / "room.wav", np.stack([mono, mono], axis=1)), engine)
    mixed = transcribe_file(write(tmp_path / "mixed.wav", frames), engine, Options(channels="mix"))
    assert alone.audio.channel_use == "mono"
    assert room.audio.channel_use == mixed.audio.channel_use == "mean"
    assert room.text == mixed.text == alone.text
    assert all(utterance.channel is None for utterance in (*room.utterances, *mixed.utterances))


def test_inverted_channels_are_heard(clips: list[Clip], tmp_path: Path, engine: LibDeepSpeech) -> None:
    samples = speech(clips[0])
    inverted = transcribe_file(write(tmp_path / "inverted.wav", np.stack([samples, -samples], axis=1)), engine)
    assert inverted.text == clips[0].text
    assert inverted.audio.channel_use == "aligned"


def test_a_run_writes_a_valid_conversation(bucket: Bucket, run: Run, clips: list[Clip]) -> None:
    frames, _ = call(clips, 30)
    bucket.plan(
        {"input/call.wav": wav((frames * 32767).astype(np.int16))},
        Options(channel_names=("agent",), formats=("srt", "vtt")),
    )
    run()
    document = bucket.document("call")
    assert document["audio"]["channel_use"] == "separate"
    assert {segment["channel"] for segment in document["segments"]} == {"agent", "2"}
    assert {word["channel"] for word in document["words"]} == {"agent", "2"}
    assert document["text"].startswith(("agent: ", "2: "))
    assert bucket.read("output/call").decode() == document["text"] + "\n"
    assert b"<v agent>" in bucket.read("output/call.vtt")


@pytest.mark.parametrize("channel", [None, 0, 31])
def test_streams_are_numbered_by_file_and_channel(channel: int | None) -> None:
    assert file_and_channel(stream_number(99_999, channel)) == (99_999, channel)
    assert stream_number(7) == 7


def test_a_sparse_stream_keeps_the_voice_with_a_margin(clips: list[Clip]) -> None:
    samples = clips[0].samples
    pause = np.zeros(RATE * 4, np.int16)
    segmenter = Segmenter(RATE, sparse=True)
    segments: Sequence[Segment] = list(segmenter.segments(0, [pause, samples, pause, samples, pause]))
    assert len(segments) == 2
    assert sum(segment.seconds for segment in segments) <= 2 * (len(samples) / RATE + 0.6)
    total = (3 * len(pause) + 2 * len(samples)) / RATE
    assert sum(segment.seconds for segment in segments) + segmenter.skipped_seconds == pytest.approx(total)


def test_a_silent_stream_has_no_segments() -> None:
    assert list(Segmenter(RATE, sparse=True).segments(0, [np.zeros(RATE * 40, np.int16)])) == []

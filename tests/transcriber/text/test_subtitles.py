"""Subtitles show every word in order, legibly, at the time when it is spoken."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from io import StringIO

import numpy as np
import pytest
import webvtt

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.saved_transcripts import saved_transcript
from tests.support.transcriber.shard_bucket import RUN, Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import Clip, silence, wav
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.engines.utterance import Utterance
from transcription.contract import keys
from transcription.contract.options import Options
from transcription.contract.run_keys import RunKeys
from transcription.contract.spoken_word import Word
from transcription.formats.saved_transcript import SavedTranscript
from transcription.formats.subtitles import render

HOURS = 4 * 3600.0
SUBTITLES = ("srt", "vtt")


@dataclass(frozen=True)
class Cue:
    """A cue as a player reads it, times in milliseconds."""

    start: int
    end: int
    lines: list[str]


def read(data: bytes, suffix: str) -> list[Cue]:
    """Read the cues with another library than the one that writes them."""
    if suffix == "vtt":
        captions = webvtt.WebVTT.from_string(data.decode(), strict=True).captions
        lines = [[unescape(line) for line in caption.text.splitlines()] for caption in captions]
    else:
        captions = webvtt.WebVTT.from_buffer(StringIO(data.decode()), format="srt").captions
        lines = [caption.lines for caption in captions]
    times = [(caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()) for caption in captions]
    return [Cue(start, end, text) for (start, end), text in zip(times, lines)]


def transcript_of(*words: tuple[str, float, float], until: float | None = None) -> SavedTranscript:
    """A transcript of one segment that ends at `until`; words are text, start and end in seconds."""
    timed = tuple(Word(text, start, end, confidence=1.0) for text, start, end in words)
    end = words[-1][2] if until is None else until
    return saved_transcript(Utterance(0, 0.0, end, timed), seconds=end)


def evenly(text: str, seconds: float = 0.3) -> SavedTranscript:
    """A transcript in which every word is equally long; the next one follows after `seconds`."""
    words = enumerate(text.split())
    return transcript_of(*((word, place * seconds, (place + 0.9) * seconds) for place, word in words))


@pytest.fixture(scope="module")
def long(clips: list[Clip], engine: LibDeepSpeech, tmp_path_factory: pytest.TempPathFactory) -> SavedTranscript:
    """The transcript of all clips in one recording, some after a pause: it has more than one segment."""
    path = tmp_path_factory.mktemp("subtitles") / "long.wav"
    pauses = [0.05, 3.0, 0.4, 0.05] * 6
    parts = [np.concatenate([clip.samples, silence(pause)]) for clip, pause in zip(clips * 3, pauses)]
    path.write_bytes(wav(np.concatenate(parts)))
    transcript = transcribe_file(path, engine)
    assert len(transcript.utterances) > 2
    return saved_transcript(*transcript.utterances, seconds=transcript.audio.seconds)


@pytest.mark.parametrize("suffix", SUBTITLES)
def test_every_word_is_shown_once_and_in_order(long: SavedTranscript, suffix: str) -> None:
    shown = " ".join(" ".join(cue.lines) for cue in read(render(long, suffix), suffix))
    assert shown == " ".join(word.word for word in long.words)


@pytest.mark.parametrize("suffix", SUBTITLES)
def test_cues_are_short_enough_to_read_and_never_overlap(long: SavedTranscript, suffix: str) -> None:
    cues = read(render(long, suffix), suffix)
    assert len(cues) > len(long.utterances)
    assert all(0 < cue.end - cue.start <= 7000 for cue in cues)
    assert all(len(cue.lines) <= 2 and max(map(len, cue.lines)) <= 42 for cue in cues)
    assert all(before.end <= after.start for before, after in zip(cues, cues[1:]))


@pytest.mark.parametrize("suffix", SUBTITLES)
def test_a_cue_is_on_the_screen_while_its_words_are_transcript_of(long: SavedTranscript, suffix: str) -> None:
    words = iter(long.words)
    for cue in read(render(long, suffix), suffix):
        spoken = [next(words) for _ in " ".join(cue.lines).split()]
        assert cue.start == round(spoken[0].start * 1000)
        assert cue.end >= round(spoken[-1].end * 1000)
        [segment] = [utterance for utterance in long.utterances if spoken[0] in utterance.words]
        assert round(segment.start * 1000) <= cue.start < cue.end <= round(segment.end * 1000)


def test_a_cue_has_at_most_two_full_lines() -> None:
    line = "twenty letters a row twenty letters a row "  # 42 with its last space
    [first, second] = read(render(evenly(line * 3, seconds=0.1), "srt"), "srt")
    assert first.lines == [line.strip()] * 2
    assert second.lines == [line.strip()]


def test_slow_speech_is_divided_into_cues_of_at_most_seven_seconds() -> None:
    cues = read(render(evenly("one two three four five six seven eight", seconds=1.4), "srt"), "srt")
    assert len(cues) == 2
    assert all(cue.end - cue.start <= 7000 for cue in cues)


def test_a_word_after_a_pause_is_not_shown_before_it_is_spoken() -> None:
    cues = read(render(transcript_of(("why", 0.0, 0.3), ("because", 3.0, 3.4), until=10.0), "srt"), "srt")
    assert [cue.lines for cue in cues] == [["why"], ["because"]]
    assert cues[0].end < 3000 == cues[1].start


def test_a_single_short_word_stays_long_enough_to_be_read() -> None:
    [cue] = read(render(transcript_of(("yes", 1.0, 1.06), until=10.0), "srt"), "srt")
    assert cue.end - cue.start >= 833  # 5/6 s, the minimum in Netflix's style guide


def test_a_word_longer_than_a_line_is_not_divided() -> None:
    word = "donaudampfschifffahrtselektrizitaetenhauptbetriebswerk"
    [cue] = read(render(evenly(f"die {word}"), "srt"), "srt")
    assert cue.lines == ["die", word]


@pytest.mark.parametrize("suffix", SUBTITLES)
def test_times_after_the_first_hour_are_right(suffix: str) -> None:
    [cue] = read(render(transcript_of(("late", HOURS + 1.2346, HOURS + 1.5), until=HOURS + 5), suffix), suffix)
    assert cue.start == 4 * 3600 * 1000 + 1235


@pytest.mark.parametrize("suffix", SUBTITLES)
@pytest.mark.parametrize("text", ["a<b>c", "R&D", "&lt;", "-->", "{\\i1}", "<00:01.000>", "grün", "日本語"])
def test_characters_of_markup_are_shown_as_they_are(suffix: str, text: str) -> None:
    [cue] = read(render(evenly(f"say {text} now"), suffix), suffix)
    assert cue.lines == [f"say {text} now"]


@pytest.mark.parametrize("suffix", SUBTITLES)
def test_a_silent_file_has_valid_subtitles_without_cues(suffix: str) -> None:
    silent = saved_transcript(Utterance(0, 0.0, 5.0, ()), seconds=5.0)
    data = render(silent, suffix)
    assert data == {"srt": b"", "vtt": b"WEBVTT\n\n"}[suffix]


def test_a_run_writes_the_formats_of_its_options_and_records_them(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data, "input/b.wav": wav(silence(1))}, Options(formats=("vtt", "srt")))
    run()
    recorded = [output.key for output in bucket.result(0).outputs]
    assert recorded == ["output/a", "output/a.vtt", "output/a.srt", "output/a.json"]
    assert bucket.document("a")["provenance"]["options"]["formats"] == ["vtt", "srt"]
    for suffix in SUBTITLES:
        [cue] = read(bucket.read(f"output/a.{suffix}"), suffix)
        assert " ".join(cue.lines) == clip.text
    assert bucket.read("output/b.vtt") == b"WEBVTT\n\n"
    kinds = {
        suffix: bucket.client.head_object(Bucket=bucket.name, Key=f"output/a.{suffix}")["ContentType"]
        for suffix in SUBTITLES
    }
    assert kinds == {"srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt; charset=utf-8"}


def test_subtitles_are_written_before_the_json(bucket: Bucket, run: Run, clip: Clip) -> None:
    """A later run takes the JSON as the sign that all the formats are there."""
    bucket.plan({"input/a.wav": clip.data}, Options(formats=("srt", "vtt")))
    with recorded_requests() as requests:
        run()
    written = [path.split("/", 1)[1] for method, path in requests if method == "PUT"]
    transcripts = ["output/a", "output/a.srt", "output/a.vtt", "output/a.json"]
    assert written == [keys.listening_peaks("a"), *transcripts, RunKeys(RUN).result(0)]

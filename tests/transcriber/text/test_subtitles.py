"""Subtitles that players show: every word, in order, legible, at the time it is spoken."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from io import StringIO

import numpy as np
import pytest
import webvtt

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.shard_bucket import RUN, Bucket, Run, watched
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.engines.utterance import Utterance, Word
from transcriber.text.subtitles import render
from transcriber.text.transcript import Transcript, assemble
from transcription.contract import keys
from transcription.contract.options import FORMATS, Options
from transcription.contract.result import Audio

HOURS = 4 * 3600.0


@dataclass(frozen=True)
class Cue:
    """What a player shows, times in milliseconds."""

    start: int
    end: int
    lines: list[str]


def read(data: bytes, suffix: str) -> list[Cue]:
    """The cues, by another library than the one that writes them."""
    if suffix == "vtt":
        captions = webvtt.WebVTT.from_string(data.decode(), strict=True).captions
        lines = [[unescape(line) for line in each.text.splitlines()] for each in captions]
    else:
        captions = webvtt.WebVTT.from_buffer(StringIO(data.decode()), format="srt").captions
        lines = [each.lines for each in captions]
    times = [(each.start_time.in_milliseconds(), each.end_time.in_milliseconds()) for each in captions]
    return [Cue(*span, each) for span, each in zip(times, lines)]


def spoken(*words: tuple[str, float, float], until: float | None = None) -> Transcript:
    """A transcript of one segment; words as text, start and end in seconds."""
    heard = tuple(Word(*each, confidence=1.0) for each in words)
    end = words[-1][2] if until is None else until
    return assemble([Utterance(0, 0.0, end, heard)], Audio(end, RATE, 1, "PCM_16"), 0.0)


def evenly(text: str, seconds: float = 0.3) -> Transcript:
    """A transcript in which each word takes as long."""
    return spoken(*((word, at * seconds, (at + 0.9) * seconds) for at, word in enumerate(text.split())))


@pytest.fixture(scope="module")
def long(clips: list[Clip], engine: LibDeepSpeech, tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """What is really heard in all clips, one after another, some after a pause: more than one segment."""
    path = tmp_path_factory.mktemp("subtitles") / "long.wav"
    pauses = [0.05, 3.0, 0.4, 0.05] * 6
    parts = [np.concatenate([clip.samples, silence(pause)]) for clip, pause in zip(clips * 3, pauses)]
    path.write_bytes(wav(np.concatenate(parts)))
    transcript = transcribe_file(path, engine)
    assert len(transcript.utterances) > 2
    return transcript


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_word_is_shown_once_and_in_order(long: Transcript, suffix: str) -> None:
    shown = " ".join(" ".join(cue.lines) for cue in read(render(long, suffix), suffix))
    assert shown == long.text


@pytest.mark.parametrize("suffix", FORMATS)
def test_cues_are_short_enough_to_read_and_never_overlap(long: Transcript, suffix: str) -> None:
    cues = read(render(long, suffix), suffix)
    assert len(cues) > len(long.utterances)
    assert all(0 < cue.end - cue.start <= 7000 for cue in cues)
    assert all(len(cue.lines) <= 2 and max(map(len, cue.lines)) <= 42 for cue in cues)
    assert all(before.end <= after.start for before, after in zip(cues, cues[1:]))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_cue_is_on_the_screen_while_its_words_are_spoken(long: Transcript, suffix: str) -> None:
    words = iter(long.words)
    for cue in read(render(long, suffix), suffix):
        said = [next(words) for _ in " ".join(cue.lines).split()]
        assert cue.start == round(said[0].start * 1000)
        assert cue.end >= round(said[-1].end * 1000)
        [segment] = [each for each in long.utterances if said[0] in each.words]
        assert round(segment.start * 1000) <= cue.start < cue.end <= round(segment.end * 1000)


def test_a_cue_takes_two_full_lines_and_no_third() -> None:
    line = "twenty letters a row twenty letters a row "  # 42 with its last space
    [first, second] = read(render(evenly(line * 3, seconds=0.1), "srt"), "srt")
    assert first.lines == [line.strip()] * 2
    assert second.lines == [line.strip()]


def test_slow_speech_is_cut_before_a_cue_stands_too_long() -> None:
    cues = read(render(evenly("one two three four five six seven eight", seconds=1.4), "srt"), "srt")
    assert len(cues) == 2
    assert all(cue.end - cue.start <= 7000 for cue in cues)


def test_an_answer_is_not_shown_before_it_is_given() -> None:
    cues = read(render(spoken(("why", 0.0, 0.3), ("because", 3.0, 3.4), until=10.0), "srt"), "srt")
    assert [cue.lines for cue in cues] == [["why"], ["because"]]
    assert cues[0].end < 3000 == cues[1].start


def test_a_single_short_word_stays_long_enough_to_be_read() -> None:
    [cue] = read(render(spoken(("yes", 1.0, 1.06), until=10.0), "srt"), "srt")
    assert cue.end - cue.start >= 833  # 5/6 s, the least in Netflix's style guide


def test_a_word_longer_than_a_line_is_not_torn() -> None:
    word = "donaudampfschifffahrtselektrizitaetenhauptbetriebswerk"
    [cue] = read(render(evenly(f"die {word}"), "srt"), "srt")
    assert cue.lines == ["die", word]


@pytest.mark.parametrize("suffix", FORMATS)
def test_times_go_on_after_the_first_hour(suffix: str) -> None:
    [cue] = read(render(spoken(("late", HOURS + 1.2346, HOURS + 1.5), until=HOURS + 5), suffix), suffix)
    assert cue.start == 4 * 3600 * 1000 + 1235


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("text", ["a<b>c", "R&D", "&lt;", "-->", "{\\i1}", "<00:01.000>", "grün", "日本語"])
def test_letters_that_mean_something_to_a_player_are_shown_as_they_are(suffix: str, text: str) -> None:
    [cue] = read(render(evenly(f"say {text} now"), suffix), suffix)
    assert cue.lines == [f"say {text} now"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_silent_file_has_valid_subtitles_without_cues(suffix: str) -> None:
    silent = assemble([Utterance(0, 0.0, 5.0, ())], Audio(5.0, RATE, 1, "PCM_16"), 0.0)
    data = render(silent, suffix)
    assert data == {"srt": b"", "vtt": b"WEBVTT\n\n"}[suffix]


def test_a_run_writes_the_formats_that_were_asked_for_and_records_them(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data, "input/b.wav": wav(silence(1))}, Options(formats=("vtt", "srt")))
    run()
    recorded = [each.key for each in bucket.result(0).outputs]
    assert recorded == ["output/a", "output/a.vtt", "output/a.srt", "output/a.json"]
    assert bucket.document("a")["provenance"]["options"]["formats"] == ["vtt", "srt"]
    for suffix in FORMATS:
        [cue] = read(bucket.read(f"output/a.{suffix}"), suffix)
        assert " ".join(cue.lines) == clip.text
    assert bucket.read("output/b.vtt") == b"WEBVTT\n\n"
    kinds = {
        each: bucket.client.head_object(Bucket=bucket.name, Key=f"output/a.{each}")["ContentType"] for each in FORMATS
    }
    assert kinds == {"srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt; charset=utf-8"}


def test_subtitles_are_written_before_the_json_that_says_all_is_there(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data}, Options(formats=("srt", "vtt")))
    with watched() as requests:
        run()
    written = [path.split("/", 1)[1] for method, path in requests if method == "PUT"]
    assert written == ["output/a", "output/a.srt", "output/a.vtt", "output/a.json", keys.RunKeys(RUN).result(0)]

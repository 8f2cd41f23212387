"""A file's transcript as subtitles, SubRip (`.srt`) and WebVTT (`.vtt`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap

from pysubs2 import SSAEvent, SSAFile

from transcriber.engines.utterance import Utterance, Word
from transcriber.text.transcript import Transcript

CONTENT_TYPES = {"srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt; charset=utf-8"}

#: Letters in a line, lines in a cue, seconds of a cue. Source: Netflix, "Timed Text Style Guide" (English).
_LINE = 42
_LINES = 2
_LONGEST = 7.0
#: In seconds: what is said after a longer pause is not shown before it.
_PAUSE = 1.5
#: In seconds: how long a cue stays after its last word, whose end is where its last letter starts; a cue of one word
#: could not be read otherwise.
_HOLD = 0.8


def render(transcript: Transcript, suffix: str) -> bytes:
    """A file of cues, `suffix` being one of `options.FORMATS`; a valid file without cues where nothing was said.

    Each cue lies within the segment that its words were heard in, and ends before the next one starts.
    """
    cues = SSAFile()
    for utterance in transcript.utterances:
        for start, end, text in _cues(utterance):
            # WebVTT is a kind of markup; SubRip is plain text and has no way to write a character otherwise.
            written = escape(text, quote=False) if suffix == "vtt" else text
            cues.append(SSAEvent(round(start * 1000), round(end * 1000), written))
    # What looks like a tag of the format that the library is named after, is text.
    return cues.to_string(suffix, keep_ssa_tags=True).encode()


def _cues(utterance: Utterance) -> Iterator[tuple[float, float, str]]:
    """Start and end in seconds, and lines, of each cue."""
    groups = list(_groups(utterance.words))
    limits = [each[0].start for each in groups[1:]] + [utterance.end]
    for words, limit in zip(groups, limits):
        yield words[0].start, min(words[-1].end + _HOLD, limit), "\n".join(_lines(words))


def _groups(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The words of each cue: as many as fit."""
    group: list[Word] = []
    for word in words:
        if group and not _fits(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _fits(group: list[Word], word: Word) -> bool:
    """Whether a cue of `group` can take another word."""
    return (
        word.start - group[-1].end <= _PAUSE
        and word.end + _HOLD - group[0].start <= _LONGEST
        and len(_lines([*group, word])) <= _LINES
    )


def _lines(words: Sequence[Word]) -> list[str]:
    text = " ".join(each.word for each in words)
    return wrap(text, _LINE, break_long_words=False, break_on_hyphens=False)

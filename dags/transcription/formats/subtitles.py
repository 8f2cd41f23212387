"""Subtitles of a transcript, as SubRip (`.srt`) and WebVTT (`.vtt`).

Subtitles consist of cues. A cue is a text that a player shows from a start time to an end time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from unicodedata import east_asian_width

from pysubs2 import SSAEvent, SSAFile

from transcription.contract.spoken_word import Word
from transcription.contract.word_spacing import space_between
from transcription.formats.saved_transcript import SavedTranscript
from transcription.formats.spoken_segment import Spoken

# Source of these three: Netflix, "Timed Text Style Guide" (English).
#: The most letters in a line.
_LINE = 42
#: The most lines in a cue.
_LINES = 2
#: The longest cue, in seconds.
_LONGEST = 7.0

#: A longer pause between two words, in seconds, starts a new cue, so that no word is shown long before it is spoken.
_PAUSE = 1.5
#: How long a cue stays after the end of its last word, in seconds. A word ends soon after the start of its last letter,
#: so that a cue of one word would otherwise be too short to read.
_HOLD = 0.8


def render(saved: SavedTranscript, suffix: str) -> bytes:
    """Return the content of a transcript's subtitle file.

    No cue extends beyond its segment or into the next cue of the same channel. Without speech, the file is valid and
    has no cues. If the channels were transcribed separately, each cue names its channel: in front of the text in
    SubRip, as the voice in WebVTT.

    Args:
        saved: the transcript.
        suffix: the format, `srt` or `vtt`.
    """
    cues = SSAFile()
    for utterance in saved.utterances:
        for start, end, text in _cues(utterance, prefix=suffix == "srt"):
            # WebVTT is markup, so that `<` and `&` must be escaped. SubRip is plain text and has no escapes.
            escaped = escape(text, quote=False) if suffix == "vtt" else text
            voice = f"<v {escape(utterance.channel, quote=False)}>" if utterance.channel and suffix == "vtt" else ""
            cues.append(SSAEvent(round(start * 1000), round(end * 1000), voice + escaped))
    cues.sort()  # the cues of two channels that speak at the same time
    # pysubs2 would otherwise remove words that look like a tag of the SSA format.
    return cues.to_string(suffix, keep_ssa_tags=True).encode()


def _cues(utterance: Spoken, *, prefix: bool) -> Iterator[tuple[float, float, str]]:
    """Yield each cue of an utterance: its start and end, in seconds from the start of the file, and its text.

    Args:
        utterance: the utterance.
        prefix: whether the text starts with the utterance's channel, if it has one.
    """
    channel = f"{utterance.channel}:" if prefix and utterance.channel else ""
    groups = list(_groups(utterance.words, channel))
    limits = [group[0].start for group in groups[1:]] + [utterance.end]
    for words, limit in zip(groups, limits):
        yield words[0].start, min(words[-1].end + _HOLD, limit), "\n".join(_lines(words, channel))


def _groups(words: Sequence[Word], channel: str) -> Iterator[list[Word]]:
    """Divide words into cues, and yield the words of each cue: as many as fit after the text `channel`."""
    group: list[Word] = []
    for word in words:
        if group and not _fits(group, word, channel):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _fits(group: list[Word], word: Word, channel: str) -> bool:
    """Return whether `word` fits into a cue after the text `channel` and the words of `group`."""
    return (
        word.start - group[-1].end <= _PAUSE
        and word.end + _HOLD - group[0].start <= _LONGEST
        and len(_lines([*group, word], channel)) <= _LINES
    )


def _lines(words: Sequence[Word], channel: str) -> list[str]:
    """Divide words into lines. A word that is longer than a line has a line of its own."""
    lines: list[str] = []
    last = ""
    for text in (*channel.split(), *(word.word for word in words)):
        longer = f"{lines[-1]}{space_between(last, text)}{text}" if lines else ""
        if lines and _width(longer) <= _LINE:
            lines[-1] = longer
        else:
            lines.append(text)
        last = text
    return lines


def _width(text: str) -> int:
    """Return the width of a text. A Chinese or Japanese character is as wide as two letters."""
    return sum(2 if east_asian_width(character) in "FW" else 1 for character in text)

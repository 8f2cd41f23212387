"""The turns of a conversation, from the utterances of a recording whose channels were transcribed separately."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transcription.contract.spoken_word import Word
from transcription.contract.word_spacing import join_words
from transcription.formats.spoken_segment import Spoken

#: A longer pause between two words of a channel, in seconds, ends a phrase. Another channel's phrase may follow there.
PAUSE = 0.7


@dataclass(frozen=True)
class Turn:
    """Words of one channel without words of another channel between them."""

    channel: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words, with spaces between them where the script has spaces, after the channel's name."""
        return f"{self.channel}: {join_words(word.word for word in self.words)}"


def turns(utterances: Sequence[Spoken]) -> list[Turn]:
    """Return the turns of a conversation in the order of their starts.

    A phrase is never divided, so that people who speak at the same time do not alternate word by word.

    Args:
        utterances: the utterances of all channels. Each has a channel.
    """
    conversation: list[Turn] = []
    for phrase in sorted(_phrases(utterances), key=lambda phrase: phrase.words[0].start):
        if conversation and conversation[-1].channel == phrase.channel:
            last = conversation.pop()
            conversation.append(Turn(last.channel, last.words + phrase.words))
        else:
            conversation.append(phrase)
    return conversation


def _phrases(utterances: Sequence[Spoken]) -> Iterator[Turn]:
    """Yield the phrases of each channel: its words between two pauses."""
    words: dict[str, list[Word]] = {}
    for utterance in sorted(utterances, key=lambda utterance: utterance.start):
        words.setdefault(utterance.channel or "", []).extend(utterance.words)
    for channel, spoken in words.items():
        phrase: list[Word] = []
        for word in spoken:
            if phrase and word.start - phrase[-1].end >= PAUSE:
                yield Turn(channel, tuple(phrase))
                phrase = []
            phrase.append(word)
        if phrase:
            yield Turn(channel, tuple(phrase))

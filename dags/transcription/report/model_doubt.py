"""The doubt about a model, when the figures of a whole run are such as only a wrong model gives."""

from __future__ import annotations

#: Seconds of transcribed audio below which there is no doubt: a single short file may well be silent.
MIN_SECONDS = 10.0
#: Number of words below which their confidence says nothing.
MIN_WORDS = 20
#: Share of unsure words from which there is doubt. With a model that fits, even noisy audio stays far below.
UNSURE_SHARE = 0.8
#: Highest `low_confidence` at which unsure words say something: above it, right words count as unsure too.
MAX_LOW_CONFIDENCE = 0.95
_ADVICE = (
    "Listen to one of the files and read its transcript. Does the model speak this language, and is the scorer made "
    "for this model?"
)


def doubt(files: int, seconds: float, words: int, unsure_words: int, low_confidence: float) -> str:
    """Return a sentence for people if a run's transcripts cast doubt on its model, or an empty text.

    Args:
        files: the number of files that the run transcribed.
        seconds: the length of their audio.
        words: the number of words in their transcripts.
        unsure_words: the number of words with less confidence than `low_confidence`.
        low_confidence: the option of the run.
    """
    if not files or seconds < MIN_SECONDS:
        return ""
    if not words:
        return f"The model may not fit the audio: not one word was recognised in {files} files. {_ADVICE}"
    if words >= MIN_WORDS and low_confidence <= MAX_LOW_CONFIDENCE and unsure_words >= UNSURE_SHARE * words:
        return f"The model may not fit the audio: {unsure_words} of {words} words are unsure. {_ADVICE}"
    return ""

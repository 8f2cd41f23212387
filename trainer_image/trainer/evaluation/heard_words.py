"""What was said and what was heard, word by word, aligned by jiwer."""

from __future__ import annotations

import jiwer

from transcription.contract.evaluation import Change


def word_changes(said: str, heard: str) -> tuple[Change, ...]:
    """Return the stretches of words that are equal or differ.

    Args:
        said: what was said; at least one word.
        heard: what was heard.
    """
    said_words, heard_words = said.split(), heard.split()
    [chunks] = jiwer.process_words(said, heard).alignments
    return tuple(
        Change(
            chunk.type,
            " ".join(said_words[chunk.ref_start_idx : chunk.ref_end_idx]),
            " ".join(heard_words[chunk.hyp_start_idx : chunk.hyp_end_idx]),
        )
        for chunk in chunks
    )

"""A check, before any audio, that the files of a model can be used and fit together."""

from __future__ import annotations

from collections.abc import Sequence

from transcriber.model.graph import check_graph
from transcriber.model.hot_words import check_hot_words
from transcriber.model.model_folder import ModelFolder
from transcriber.model.scorer import check_scorer
from transcription.contract.hot_word import HotWord
from transcription.contract.scorer.unknown_words import describe_unknown


def check_model(folder: ModelFolder, hot_words: Sequence[HotWord] = ()) -> str:
    """Check the graph and the scorer of a model. DeepSpeech itself crashes, or writes nonsense, if they do not fit.

    Args:
        folder: the model.
        hot_words: the hot words of the run.

    Returns:
        A note for users about hot words that the scorer does not know, or an empty text.

    Raises:
        ModelInvalid: a file is damaged, or the scorer is for another version or another alphabet.
        GraphUnsupported: DeepSpeech's client cannot use the graph.
        OptionInvalid: the model cannot use the hot words.
    """
    alphabet = check_graph(folder.acoustic)
    check_hot_words(folder, hot_words)
    if folder.scorer is None:
        return ""
    scorer = check_scorer(folder.scorer, alphabet, folder.acoustic.name)
    return "; ".join(describe_unknown(hot_words, scorer.dictionary, alphabet, in_bytes=scorer.in_bytes))

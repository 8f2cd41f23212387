"""The texts that DeepSpeech's beam search finds for probabilities of letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from transcriber.engines.batched.beam_search import BeamSearch
from transcriber.engines.batched.mfcc import Floats
from transcriber.model.graph import read_graph
from transcriber.model.model_folder import open_folder
from transcriber.model.scorer_weights import choose_weights
from transcription.contract.options import Options

ScorerWeights = tuple[float, float]


def decode(
    model: Path, probabilities: Sequence[Floats], weights: Sequence[ScorerWeights], *, use_scorer: bool
) -> list[list[str]]:
    """Return the text of each recording, for each pair of scorer weights.

    Args:
        model: the model folder.
        probabilities: for each recording, shape (frames, labels + 1).
        weights: pairs of `lm_alpha` and `lm_beta`. If there are none, those of the model folder are used.
        use_scorer: whether to use the scorer of the folder, if it has one.

    Raises:
        ModelInvalid: the model cannot be used.
    """
    folder = open_folder(model)
    graph = read_graph(folder.acoustic)
    beam_width = folder.defaults.beam_width or graph.beam_width
    scorer = folder.scorer if use_scorer else None
    pairs: list[Optional[ScorerWeights]] = list(weights) or [choose_weights(folder, Options()) if scorer else None]
    texts = []
    for pair in pairs:
        search = BeamSearch(graph, beam_width, scorer=scorer, weights=pair)
        texts.append([_best_text(search, rows) for rows in probabilities])
    return texts


def _best_text(search: BeamSearch, rows: Floats) -> str:
    candidates = search.decode(rows, 1)
    return " ".join("".join(letter.text for letter in candidates[0].tokens).split()) if candidates else ""

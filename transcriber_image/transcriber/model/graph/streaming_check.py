"""A check that DeepSpeech's client can stream audio through a graph. The client does not check it, and crashes."""

from __future__ import annotations

from transcriber.model.graph.graph_matcher import BATCH
from transcriber.model.graph.metadata import Metadata
from transcriber.model.graph.tensorflow_graph import Graph
from transcription.contract.errors import GraphUnsupported

#: Numbers of the dimensions of `input_node`: utterances, frames, neighbours, coefficients.
_UTTERANCES, _FRAMES, _DIMENSIONS = 0, 1, 4


def check_streaming(graph: Graph, metadata: Metadata) -> None:
    """Check the windows of a graph, and the number of utterances and frames that it processes in one call.

    Raises:
        GraphUnsupported: the client cannot use the graph. The message names the flag with which it was exported.
    """
    if not 0 < metadata.step <= metadata.window:
        raise GraphUnsupported(
            f"its windows have {metadata.window} samples and start every {metadata.step} samples, so that audio "
            "between them would be lost: --feature_win_step must not exceed --feature_win_len"
        )
    shape = graph.node_named("input_node").shape() or ()
    if len(shape) != _DIMENSIONS:
        raise GraphUnsupported(f'node "input_node" has the shape {shape}, and four dimensions are expected')
    batches = {shape[_UTTERANCES]}
    for letter in "ch":
        batches.add((graph.node_named(f"previous_state_{letter}").shape() or (BATCH,))[0])
    if batches != {BATCH}:
        other = next(size for size in sorted(batches) if size != BATCH)
        raise GraphUnsupported(
            f"it was exported for {'any number of' if other < 0 else other} utterances at once, and DeepSpeech's "
            "client gives it one: --export_batch_size must be 1"
        )
    if shape[_FRAMES] <= 0:
        raise GraphUnsupported(
            "it was exported for whole utterances instead of a few frames: --n_steps must be above 0"
        )

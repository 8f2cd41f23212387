"""The LSTM of a graph: TensorFlow's BlockLSTM, with or without the output mask of LSTMBlockFusedCell."""

from __future__ import annotations

import math

from transcriber.model.graph import tensors
from transcriber.model.graph.acoustic_graph import Lstm
from transcriber.model.graph.graph_matcher import BATCH, GraphMatcher
from transcriber.model.graph.tensorflow_graph import BOOLEAN, FLOAT, Node, Output
from transcription.contract.errors import GraphUnsupported

#: Numbers of BlockLSTM's inputs, without the peepholes.
_LENGTH, X, _PREVIOUS_CELL, _PREVIOUS_HIDDEN, _KERNEL, _BIASES = 0, 1, 2, 3, 4, 8
#: Numbers of the outputs that DeepSpeech uses.
_CELL, _HIDDEN = 1, 6
_GATES = 4
#: Operations that make a mask: they compare frame numbers with the length, and repeat the result for each unit.
_MASK_OPERATIONS = {"Cast", "Const", "ExpandDims", "Identity", "Less", "Placeholder", "Range", "Tile", "Transpose"}
#: Operations that select the state for the next call: the state after the last frame within the length.
_STATE_OPERATIONS = {*_MASK_OPERATIONS, "BlockLSTM", "ConcatV2", "GatherNd", "Mul", "Pack", "Sub", "ZerosLike"}


def read_lstm(matcher: GraphMatcher, output: Output, units: int) -> tuple[Lstm, Node]:
    """Read the LSTM that makes `output`.

    Args:
        matcher: the graph.
        output: the LSTM's output, masked or not.
        units: the number of units that the next layer expects.

    Returns:
        The LSTM and its node.

    Raises:
        GraphUnsupported: a node has another operation than expected, or a call of the graph does not continue with the
            state of the previous call.
        ModelInvalid: a constant is damaged.
    """
    node = _remove_mask(matcher, output)
    if node.attribute("use_peephole").integer(BOOLEAN):
        raise GraphUnsupported(f"{node} has peepholes")
    kernel_node, biases_node = (matcher.graph.input_node(node, index) for index in (_KERNEL, _BIASES))
    kernel, biases = (tensors.floats(matcher.graph, constant) for constant in (kernel_node, biases_node))
    width = _GATES * units
    if biases.shape != (width,) or kernel.shape[1:] != (width,) or len(kernel) <= units:
        raise GraphUnsupported(f"{node} has a kernel of {kernel.shape} and biases of {biases.shape} for {units} units")
    forget_bias = node.attribute("forget_bias").single(FLOAT, 1.0)
    clip = node.attribute("cell_clip").single(FLOAT, 3.0)
    if not (math.isfinite(forget_bias) and math.isfinite(clip)):
        raise GraphUnsupported(f"{node} has the forget bias {forget_bias} and the clip {clip}")
    _check_states(matcher, node, units)
    cell_clip = clip if clip > 0 else None
    return Lstm(kernel, biases, forget_bias, cell_clip, kernel_node.name, biases_node.name), node


def _remove_mask(matcher: GraphMatcher, output: Output) -> Node:
    """Return the node of the LSTM that makes `output`, with or without a mask.

    The mask sets the output of the LSTM to zero after the last frame. Nothing uses the output there.

    Raises:
        GraphUnsupported: the output does not come from an LSTM, or the mask has another effect.
    """
    node = matcher.graph.nodes[output.node]
    if node.operation == "Mul":
        factors = [matcher.graph.input_output(node, index) for index in (0, 1)]
        factors.sort(key=lambda factor: matcher.graph.nodes[factor.node].operation != "BlockLSTM")
        output, mask = factors
        _check_mask(matcher, mask)
        node = matcher.graph.nodes[output.node]
    if matcher.require(node, "BlockLSTM") and output.number != _HIDDEN:
        raise GraphUnsupported(f"output {output.number} of {node} is used instead of {_HIDDEN}")
    return node


def _check_mask(matcher: GraphMatcher, mask: Output) -> None:
    """Check that a mask is 1 where the number of the frame is less than `input_lengths`, and 0 elsewhere.

    Raises:
        GraphUnsupported: the mask has another effect.
    """
    nodes = [matcher.graph.node_named(ancestor.node) for ancestor in matcher.graph.ancestors(mask, stop_at="")]
    comparisons = {node.name for node in nodes if node.operation == "Less"}
    if len(comparisons) == 1 and {node.operation for node in nodes} <= _MASK_OPERATIONS:
        less = matcher.graph.node_named(comparisons.pop())
        frame, length = (matcher.graph.input_output(less, index) for index in (0, 1))
        is_constant = not matcher.placeholders(frame, stop_at="")
        if is_constant and matcher.placeholders(length, stop_at="") == {"input_lengths"}:
            return
    raise GraphUnsupported(f"{matcher.graph.nodes[mask.node]} is no mask of frames behind the end")


def _check_states(matcher: GraphMatcher, lstm: Node, units: int) -> None:
    """Check that a call of the graph starts from the state that the LSTM had after the last frame of the previous call.

    Raises:
        GraphUnsupported: the call starts from another state.
    """
    if matcher.placeholders(matcher.graph.input_output(lstm, _LENGTH), stop_at=lstm.name) != {"input_lengths"}:
        raise GraphUnsupported(f"{lstm} does not stop at input_lengths")
    for index, expected, letter in ((_PREVIOUS_CELL, _CELL, "c"), (_PREVIOUS_HIDDEN, _HIDDEN, "h")):
        previous = matcher.input_node(lstm, index, "Placeholder")
        if previous.name != f"previous_state_{letter}" or previous.shape() != (BATCH, units):
            raise GraphUnsupported(f"{lstm} starts from {previous} of shape {previous.shape()}")
        new = matcher.graph.node_named(f"new_state_{letter}")
        ancestors = matcher.graph.ancestors(Output(new.name), stop_at=lstm.name)
        for ancestor in sorted(ancestors, key=lambda ancestor: ancestor.node):
            matcher.require(matcher.graph.node_named(ancestor.node), *_STATE_OPERATIONS)
        used = {ancestor.number for ancestor in ancestors if ancestor.node == lstm.name}
        if used != {expected}:
            raise GraphUnsupported(f"{new} is made from outputs {sorted(used)} of {lstm} instead of {expected}")

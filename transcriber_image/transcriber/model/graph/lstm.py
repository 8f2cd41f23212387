"""The LSTM in a graph: TensorFlow's BlockLSTM, bare, or behind the mask that LSTMBlockFusedCell puts on its output."""

from __future__ import annotations

import math

from transcriber.model.graph import tensors
from transcriber.model.graph.acoustic_graph import Lstm
from transcriber.model.graph.backward_steps import BATCH, Walk
from transcriber.model.graph.tensorflow_graph import BOOLEAN, FLOAT, Node, Output
from transcription.contract.errors import GraphUnsupported

#: Inputs of BlockLSTM, but for the peepholes, and the outputs that count.
_LENGTH, X, _PREVIOUS_CELL, _PREVIOUS_HIDDEN, _KERNEL, _BIASES = 0, 1, 2, 3, 4, 8
_CELL, _HIDDEN = 1, 6
_GATES = 4
#: What a mask is made with: frame numbers, which of them are below the length, for every unit.
_MASK = {"Cast", "Const", "ExpandDims", "Identity", "Less", "Placeholder", "Range", "Tile", "Transpose"}
#: What the state for the next run is picked with: that of the last frame within the length, if there is one.
_STATE = {*_MASK, "BlockLSTM", "ConcatV2", "GatherNd", "Mul", "Pack", "Sub", "ZerosLike"}


def read_lstm(walk: Walk, at: Output, units: int) -> tuple[Lstm, Node]:
    """The LSTM that makes `units` numbers for each frame, and its node.

    Raises:
        GraphUnsupported: there is something else, or its state is not handed on from run to run.
        ModelInvalid: a constant is damaged.
    """
    node = _unmasked(walk, at)
    if node.attribute("use_peephole").integer(BOOLEAN):
        raise GraphUnsupported(f"{node} has peepholes")
    kernel = tensors.floats(walk.graph, walk.graph.source(node, _KERNEL))
    biases = tensors.floats(walk.graph, walk.graph.source(node, _BIASES))
    wide = _GATES * units
    if biases.shape != (wide,) or kernel.shape[1:] != (wide,) or len(kernel) <= units:
        raise GraphUnsupported(f"{node} has a kernel of {kernel.shape} and biases of {biases.shape} for {units} units")
    forget_bias = node.attribute("forget_bias").single(FLOAT, 1.0)
    clip = node.attribute("cell_clip").single(FLOAT, 3.0)
    if not (math.isfinite(forget_bias) and math.isfinite(clip)):
        raise GraphUnsupported(f"{node} has the forget bias {forget_bias} and the clip {clip}")
    _check_states(walk, node, units)
    return Lstm(kernel, biases, forget_bias, clip if clip > 0 else None), node


def _unmasked(walk: Walk, at: Output) -> Node:
    """The node of the LSTM. A mask may set its output to zero behind the end, where nobody looks."""
    node = walk.graph.nodes[at.node]
    if node.operation == "Mul":
        factors = [walk.graph.output(node, each) for each in (0, 1)]
        factors.sort(key=lambda each: walk.graph.nodes[each.node].operation != "BlockLSTM")
        at, mask = factors
        _check_mask(walk, mask)
        node = walk.graph.nodes[at.node]
    if walk.expect(node, "BlockLSTM") and at.number != _HIDDEN:
        raise GraphUnsupported(f"output {at.number} of {node} is used instead of {_HIDDEN}")
    return node


def _check_mask(walk: Walk, mask: Output) -> None:
    nodes = [walk.graph.named(each.node) for each in walk.graph.origins(mask, until="")]
    comparisons = {node.name for node in nodes if node.operation == "Less"}
    if len(comparisons) == 1 and {node.operation for node in nodes} <= _MASK:
        less = walk.graph.named(comparisons.pop())
        frames, length = (walk.graph.output(less, each) for each in (0, 1))
        if not walk.placeholders(frames, until="") and walk.placeholders(length, until="") == {"input_lengths"}:
            return
    raise GraphUnsupported(f"{walk.graph.nodes[mask.node]} is no mask of frames behind the end")


def _check_states(walk: Walk, lstm: Node, units: int) -> None:
    """See that a run starts from where the last one ended, as far as the client gives it frames."""
    if walk.placeholders(walk.graph.output(lstm, _LENGTH), until=lstm.name) != {"input_lengths"}:
        raise GraphUnsupported(f"{lstm} does not stop at input_lengths")
    for number, output, letter in ((_PREVIOUS_CELL, _CELL, "c"), (_PREVIOUS_HIDDEN, _HIDDEN, "h")):
        previous = walk.source(lstm, number, "Placeholder")
        if previous.name != f"previous_state_{letter}" or previous.shape() != (BATCH, units):
            raise GraphUnsupported(f"{lstm} starts from {previous} of shape {previous.shape()}")
        new = walk.graph.named(f"new_state_{letter}")
        origins = walk.graph.origins(Output(new.name), until=lstm.name)
        for each in sorted(origins, key=lambda each: each.node):
            walk.expect(walk.graph.named(each.node), *_STATE)
        used = {each.number for each in origins if each.node == lstm.name}
        if used != {output}:
            raise GraphUnsupported(f"{new} is made from outputs {sorted(used)} of {lstm} instead of {output}")

"""The layers of the network, read from a graph, from `logits` back to `input_node`.

Exporters name nodes differently, so that the layers are found by their structure. Only the nodes that DeepSpeech's own
client uses have fixed names. The inputs of each layer give the expected number of outputs of the layer before it, so
that the shapes of all layers are checked.
"""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.model.graph import tensors
from transcriber.model.graph.acoustic_graph import Dense, Lstm
from transcriber.model.graph.graph_matcher import GraphMatcher
from transcriber.model.graph.lstm import X, read_lstm
from transcriber.model.graph.tensorflow_graph import BOOLEAN, Node, Output
from transcription.contract.errors import GraphUnsupported

_ADDITIONS = ("BiasAdd", "Add", "AddV2")
#: The permutation that moves the frames to the first axis and the batch to the second one.
_FRAMES_FIRST = [1, 0, 2, 3]


@dataclass(frozen=True, eq=False)
class Network:
    """The layers of the network. The fields have the same meaning as in `AcousticGraph`."""

    layers_before_lstm: tuple[Dense, Dense, Dense]
    lstm: Lstm
    layer_after_lstm: Dense
    output_layer: Dense
    relu_clip: float


def read_network(matcher: GraphMatcher, classes: int) -> Network:
    """Read all layers of the network.

    Args:
        matcher: the graph.
        classes: the number of labels, including the blank.

    Raises:
        GraphUnsupported: the graph has another structure, or a constant has another type or shape.
        ModelInvalid: a constant is damaged.
    """
    graph = matcher.graph
    clips: set[float] = set()
    logits = matcher.require(graph.node_named("logits"), "Softmax")
    output_layer, node = _read_dense(matcher, matcher.input_before_reshape(logits, 0, classes), classes)
    fifth, node = _read_clipped(matcher, graph.input_output(node, 0), len(output_layer.weights), clips)
    units = len(fifth.weights)
    lstm, node = read_lstm(matcher, matcher.input_before_reshape(node, 0, units), units)
    size = len(lstm.kernel) - units
    third, node = _read_clipped(matcher, matcher.input_before_reshape(node, X, size), size, clips)
    second, node = _read_clipped(matcher, graph.input_output(node, 0), len(third.weights), clips)
    first, node = _read_clipped(matcher, graph.input_output(node, 0), len(second.weights), clips)
    _check_input(matcher, node, len(first.weights))
    if len(clips) > 1 or not min(clips) > 0:
        raise GraphUnsupported(f"its layers are clipped at {sorted(clips)}, and one number above 0 is expected")
    return Network((first, second, third), lstm, fifth, output_layer, clips.pop())


def _read_clipped(matcher: GraphMatcher, output: Output, outputs: int, clips: set[float]) -> tuple[Dense, Node]:
    """Read a dense layer whose result is clipped to the range from 0 to a limit, and add the limit to `clips`.

    The other arguments, the result and the errors are those of `_read_dense`.
    """
    minimum = matcher.producer(output, "Minimum")
    relu, limit = (matcher.input_node(minimum, index, "Relu", "Const") for index in (0, 1))
    if relu.operation == "Const":
        relu, limit = limit, relu
    matcher.require(relu, "Relu")
    clip = tensors.floats(matcher.graph, matcher.require(limit, "Const"))
    if clip.size != 1:
        raise GraphUnsupported(f"{minimum} has {clip.size:,} limits instead of one")
    clips.add(float(clip.flat[0]))
    return _read_dense(matcher, matcher.graph.input_output(relu, 0), outputs)


def _read_dense(matcher: GraphMatcher, output: Output, outputs: int) -> tuple[Dense, Node]:
    """Read a dense layer.

    Args:
        matcher: the graph.
        output: the result of the layer.
        outputs: the number of outputs that the layer must have.

    Returns:
        The layer, and its MatMul node. The first input of this node is the input of the layer.

    Raises:
        GraphUnsupported: the layer has another structure or another shape.
        ModelInvalid: a constant is damaged.
    """
    addition = matcher.producer(output, *_ADDITIONS)
    product = matcher.input_node(addition, 0, "MatMul")
    if any(product.attribute(f"transpose_{factor}").integer(BOOLEAN) for factor in "ab"):
        raise GraphUnsupported(f"{product} transposes what it multiplies")
    weights_node, biases_node = (matcher.graph.input_node(node, 1) for node in (product, addition))
    weights, biases = (tensors.floats(matcher.graph, node) for node in (weights_node, biases_node))
    if weights.shape[1:] != (outputs,) or biases.shape != (outputs,):
        raise GraphUnsupported(
            f"{product} has weights of {weights.shape} and biases of {biases.shape} where {outputs} outputs are wanted"
        )
    return Dense(weights, biases, weights_node.name, biases_node.name), product


def _check_input(matcher: GraphMatcher, product: Node, inputs: int) -> None:
    """Check that the first layer takes each frame of `input_node` with its neighbours.

    Args:
        matcher: the graph.
        product: the MatMul node of the layer.
        inputs: the number of the layer's inputs.

    Raises:
        GraphUnsupported: the layer takes other values.
    """
    node = matcher.graph.nodes[matcher.input_before_reshape(product, 0, inputs).node]
    if node.operation == "Transpose":
        order = tensors.integers(matcher.input_node(node, 1, "Const"))
        if order != _FRAMES_FIRST:
            raise GraphUnsupported(f"{node} puts dimensions into the order {order[:9]} instead of {_FRAMES_FIRST}")
        node = matcher.graph.input_node(node, 0)
    if node.name != "input_node" or inputs != matcher.inputs:
        raise GraphUnsupported(
            f"{product} takes {inputs} numbers from {node}, and input_node gives "
            f"{matcher.width} frames of {matcher.coefficients}"
        )

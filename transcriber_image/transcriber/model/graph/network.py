"""The network in a graph, matched by its structure: back from `logits` to `input_node`.

Exporters name nodes as they like; only those names count that DeepSpeech's own client uses. Each step back knows how
many numbers the layer after it takes, so that no layer can have another shape than its neighbours ask for.
"""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.model.graph import tensors
from transcriber.model.graph.acoustic_graph import Dense, Lstm
from transcriber.model.graph.backward_steps import Walk
from transcriber.model.graph.lstm import X, read_lstm
from transcriber.model.graph.tensorflow_graph import BOOLEAN, Node, Output
from transcription.contract.errors import GraphUnsupported

_ADDITIONS = ("BiasAdd", "Add", "AddV2")
#: Puts frames first and the one utterance of a run second.
_FRAMES_FIRST = [1, 0, 2, 3]


@dataclass(frozen=True, eq=False)
class Network:
    """The layers, as in `AcousticGraph`."""

    before: tuple[Dense, Dense, Dense]
    lstm: Lstm
    after: Dense
    output: Dense
    relu_clip: float


def read_network(walk: Walk, classes: int) -> Network:
    """The network, which tells `classes` labels apart, the blank among them.

    Raises:
        GraphUnsupported: it is built in another way, or a constant is of another type or shape.
        ModelInvalid: a constant is damaged.
    """
    clips: set[float] = set()
    logits = walk.expect(walk.graph.named("logits"), "Softmax")
    output, node = _dense(walk, walk.past_reshape(logits, 0, classes), classes)
    after, node = _clipped(walk, walk.graph.output(node, 0), len(output.weights), clips)
    units = len(after.weights)
    lstm, node = read_lstm(walk, walk.past_reshape(node, 0, units), units)
    size = len(lstm.kernel) - units
    third, node = _clipped(walk, walk.past_reshape(node, X, size), size, clips)
    second, node = _clipped(walk, walk.graph.output(node, 0), len(third.weights), clips)
    first, node = _clipped(walk, walk.graph.output(node, 0), len(second.weights), clips)
    _check_input(walk, node, len(first.weights))
    if len(clips) > 1 or not min(clips) > 0:
        raise GraphUnsupported(f"its layers are clipped at {sorted(clips)}, and one number above 0 is expected")
    return Network((first, second, third), lstm, after, output, clips.pop())


def _clipped(walk: Walk, at: Output, outputs: int, clips: set[float]) -> tuple[Dense, Node]:
    """A layer behind which what is below 0 or above a limit is cut off; as `_dense`, and the limit goes to `clips`."""
    minimum = walk.maker(at, "Minimum")
    rectified, limit = (walk.source(minimum, each, "Relu", "Const") for each in (0, 1))
    if rectified.operation == "Const":
        rectified, limit = limit, rectified
    walk.expect(rectified, "Relu")
    clip = tensors.floats(walk.graph, walk.expect(limit, "Const"))
    if clip.size != 1:
        raise GraphUnsupported(f"{minimum} has {clip.size:,} limits instead of one")
    clips.add(float(clip.flat[0]))
    return _dense(walk, walk.graph.output(rectified, 0), outputs)


def _dense(walk: Walk, at: Output, outputs: int) -> tuple[Dense, Node]:
    """A layer that makes so many numbers, and its multiplication, whose first input is the layer's."""
    addition = walk.maker(at, *_ADDITIONS)
    product = walk.source(addition, 0, "MatMul")
    if any(product.attribute(f"transpose_{each}").integer(BOOLEAN) for each in "ab"):
        raise GraphUnsupported(f"{product} transposes what it multiplies")
    weights = tensors.floats(walk.graph, walk.graph.source(product, 1))
    biases = tensors.floats(walk.graph, walk.graph.source(addition, 1))
    if weights.shape[1:] != (outputs,) or biases.shape != (outputs,):
        raise GraphUnsupported(
            f"{product} has weights of {weights.shape} and biases of {biases.shape} where {outputs} outputs are wanted"
        )
    return Dense(weights, biases), product


def _check_input(walk: Walk, product: Node, inputs: int) -> None:
    """See that the first layer takes each frame with its neighbours as the client gives them."""
    node = walk.graph.nodes[walk.past_reshape(product, 0, inputs).node]
    if node.operation == "Transpose":
        order = tensors.integers(walk.source(node, 1, "Const"))
        if order != _FRAMES_FIRST:
            raise GraphUnsupported(f"{node} puts dimensions into the order {order[:9]} instead of {_FRAMES_FIRST}")
        node = walk.graph.source(node, 0)
    if node.name != "input_node" or inputs != walk.inputs:
        raise GraphUnsupported(
            f"{product} takes {inputs} numbers from {node}, and input_node gives "
            f"{walk.width} frames of {walk.coefficients}"
        )

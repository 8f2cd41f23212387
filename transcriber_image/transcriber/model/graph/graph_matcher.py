"""A comparison of a graph with DeepSpeech's structure. It goes from the outputs of the graph back to its inputs."""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.model.graph import tensors
from transcriber.model.graph.tensorflow_graph import Graph, Node, Output
from transcription.contract.errors import GraphUnsupported

#: Number of utterances that the graph processes in one call.
BATCH = 1
#: Upper limit of each dimension of `input_node`.
_MAX_SIZE = 2**16


@dataclass(frozen=True)
class GraphMatcher:
    """A graph, and the shape of its `input_node`: (1, steps, width, coefficients).

    The methods follow the inputs of a node, and raise an error if they find another operation than the expected one.
    """

    graph: Graph
    #: Number of frames that the graph processes in one call.
    steps: int
    #: Number of frames that the first layer sees: the current one and its neighbours.
    width: int
    #: Number of coefficients in a frame.
    coefficients: int

    @property
    def inputs(self) -> int:
        """Number of inputs of the first layer."""
        return self.width * self.coefficients

    def require(self, node: Node, *operations: str) -> Node:
        """Return `node` if its operation is one of `operations`.

        Raises:
            GraphUnsupported: the node has another operation.
        """
        if node.operation not in operations:
            raise GraphUnsupported(f"{' or '.join(sorted(operations))} is expected where {node} is")
        return node

    def input_node(self, node: Node, index: int, *operations: str) -> Node:
        """Return the node that makes input number `index` of `node`, if its operation is one of `operations`.

        Raises:
            GraphUnsupported: there is no such input, the node that makes it has another operation, or the input is not
                the first output of that node.
        """
        return self.producer(self.graph.input_output(node, index), *operations)

    def producer(self, output: Output, *operations: str) -> Node:
        """Return the node that makes `output`, if its operation is one of `operations`.

        Raises:
            GraphUnsupported: the node has another operation, or `output` is not the node's first output.
        """
        node = self.require(self.graph.nodes[output.node], *operations)
        if output.number:
            raise GraphUnsupported(f"output {output.number} of {node} is used")
        return node

    def input_before_reshape(self, node: Node, index: int, size: int) -> Output:
        """Return the output from which input number `index` of `node` comes. Skip a Reshape between the two.

        Args:
            node: the node whose input is followed.
            index: the number of the input.
            size: the length of the last axis. The Reshape must make an axis of this length, and keep the order of the
                frames.

        Raises:
            GraphUnsupported: the Reshape makes another shape, or an input is missing.
            ModelInvalid: the shape of the Reshape is damaged.
        """
        output = self.graph.input_output(node, index)
        reshape = self.graph.nodes[output.node]
        if reshape.operation != "Reshape":
            return output
        shape = tensors.integers(self.input_node(reshape, 1, "Const"))
        if shape[:1] not in ([-1], [self.steps]) or shape[1:] not in ([size], [BATCH, size]):
            raise GraphUnsupported(f"{reshape} makes the shape {shape[:9]} where frames of {size} numbers are expected")
        return self.graph.input_output(reshape, 0)

    def placeholders(self, output: Output, stop_at: str) -> set[str]:
        """Return the names of the placeholders on which `output` depends.

        Args:
            output: an output of a node.
            stop_at: the name of a node whose inputs are not followed, or an empty text to follow all inputs.
        """
        names = {ancestor.node for ancestor in self.graph.ancestors(output, stop_at)} - {stop_at}
        return {name for name in names if self.graph.nodes[name].operation == "Placeholder"}


def create_matcher(graph: Graph) -> GraphMatcher:
    """Create the matcher for a graph.

    Raises:
        GraphUnsupported: `input_node` is missing, or does not have DeepSpeech's shape.
    """
    node = graph.node_named("input_node")
    shape = node.shape() or ()
    if (
        node.operation != "Placeholder"
        or len(shape) != 4  # noqa: PLR2004 - utterance, frame, neighbour, coefficient
        or shape[0] != BATCH
        or not all(0 < size <= _MAX_SIZE for size in shape)
        or shape[2] % 2 == 0
    ):
        raise GraphUnsupported(
            f"{node} has the shape {shape}; one utterance, frames, an odd number of neighbours and coefficients "
            "are expected"
        )
    return GraphMatcher(graph, shape[1], shape[2], shape[3])

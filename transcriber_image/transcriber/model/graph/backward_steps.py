"""Steps back through a graph, each to the one operation that has to be there."""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.model.graph import tensors
from transcriber.model.graph.tensorflow_graph import Graph, Node, Output
from transcription.contract.errors import GraphUnsupported

#: Of the utterances in one run of the graph.
BATCH = 1
#: Frames in one run, and coefficients of one frame with its neighbours.
_LARGEST = 2**16


@dataclass(frozen=True)
class Walk:
    """A graph, and the shape of what its client puts into `input_node` for one run."""

    graph: Graph
    steps: int
    #: Frames that the first layer sees: one, and as many on each side.
    width: int
    coefficients: int

    @property
    def inputs(self) -> int:
        """Numbers that the first layer takes."""
        return self.width * self.coefficients

    def expect(self, node: Node, *operations: str) -> Node:
        """The node, if it does one of these.

        Raises:
            GraphUnsupported: it does something else.
        """
        if node.operation not in operations:
            raise GraphUnsupported(f"{' or '.join(sorted(operations))} is expected where {node} is")
        return node

    def source(self, of: Node, number: int, *operations: str) -> Node:
        """The node that an input comes from, if it does one of these.

        Raises:
            GraphUnsupported: it does something else, or the input is not its first output.
        """
        return self.maker(self.graph.output(of, number), *operations)

    def maker(self, of: Output, *operations: str) -> Node:
        """The node that makes this as its first output, if it does one of these.

        Raises:
            GraphUnsupported: it does something else, or this is another output.
        """
        node = self.expect(self.graph.nodes[of.node], *operations)
        if of.number:
            raise GraphUnsupported(f"output {of.number} of {node} is used")
        return node

    def past_reshape(self, of: Node, number: int, size: int) -> Output:
        """What an input comes from. It may be arranged anew if `size` numbers stay side by side, and frames in order.

        Raises:
            GraphUnsupported: it is arranged in another way.
        """
        found = self.graph.output(of, number)
        node = self.graph.nodes[found.node]
        if node.operation != "Reshape":
            return found
        shape = tensors.integers(self.source(node, 1, "Const"))
        if shape[:1] not in ([-1], [self.steps]) or shape[1:] not in ([size], [BATCH, size]):
            raise GraphUnsupported(f"{node} makes the shape {shape[:9]} where frames of {size} numbers are expected")
        return self.graph.output(node, 0)

    def placeholders(self, of: Output, until: str) -> set[str]:
        """What the client puts in for a value to be made, at most back to the node `until`."""
        names = {each.node for each in self.graph.origins(of, until)} - {until}
        return {name for name in names if self.graph.nodes[name].operation == "Placeholder"}


def begin(graph: Graph) -> Walk:
    """A walk through a graph.

    Raises:
        GraphUnsupported: its client would put in something else than one utterance's frames.
    """
    node = graph.named("input_node")
    shape = node.shape() or ()
    if (
        node.operation != "Placeholder"
        or len(shape) != 4  # noqa: PLR2004 - utterance, frame, neighbour, coefficient
        or shape[0] != BATCH
        or not all(0 < each <= _LARGEST for each in shape)
        or shape[2] % 2 == 0
    ):
        raise GraphUnsupported(
            f"{node} has the shape {shape}; one utterance, frames, an odd number of neighbours and coefficients "
            "are expected"
        )
    return Walk(graph, shape[1], shape[2], shape[3])

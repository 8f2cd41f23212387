"""A TensorFlow graph: its nodes by name, with their inputs and attributes.

Field numbers are those of TensorFlow's graph.proto, node_def.proto, attr_value.proto and tensor_shape.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Optional

from transcriber.model.graph.protobuf import MAX_PARTS, Message
from transcription.contract.errors import GraphUnsupported, ModelInvalid

#: Field number of the nodes in a graph.
_NODE = 1
#: Field numbers in a node.
_NAME, _OPERATION, _INPUT, _ATTRIBUTE = 1, 2, 3, 5
#: Field numbers in an entry of a map.
_KEY, _VALUE = 1, 2
#: Field numbers in the value of an attribute, by type.
STRING, INTEGER, FLOAT, BOOLEAN, TYPE, SHAPE, TENSOR = 2, 3, 4, 5, 6, 7, 8
#: Field numbers in a shape and in a dimension.
_DIMENSION, _SIZE = 2, 1
#: Maximum size of a dimension: TensorFlow's tensors have indices of 32 bits.
_MAX_SIZE = 2**31 - 1


@dataclass(frozen=True)
class Output:
    """One of the outputs of a node: the name of the node, and the number of the output."""

    node: str
    number: int = 0


@dataclass(frozen=True, eq=False)
class Node:
    """An operation in a graph."""

    name: str
    operation: str
    #: The encoded node. It is decoded on demand, because most nodes' inputs and attributes are not needed.
    data: memoryview = field(repr=False)

    def __str__(self) -> str:
        return f'node "{self.name}" ({self.operation})'

    @property
    def inputs(self) -> tuple[Output, ...]:
        """The outputs of other nodes that this node takes, without control dependencies."""
        return tuple(_read_inputs(Message(self.data)))

    @cached_property
    def attributes(self) -> dict[str, Message]:
        """The values of the attributes by name."""
        entries = Message(self.data).messages(_ATTRIBUTE)
        return {entry.text(_KEY): entry.message(_VALUE) for entry in entries}

    def attribute(self, name: str) -> Message:
        """Return the value of an attribute as a protobuf message, or an empty message if it is missing."""
        return self.attributes.get(name) or Message(memoryview(b""))

    def shape(self, name: str = "shape") -> Optional[tuple[int, ...]]:
        """Return an attribute that is a shape, with -1 for each unknown size.

        Return `None` if the attribute is missing or has an impossible size.
        """
        value = self.attribute(name)
        return sizes(value.message(SHAPE)) if SHAPE in value else None


@dataclass(frozen=True)
class Graph:
    """All nodes of a graph by name, and the regions of the file that contain its large constants."""

    nodes: Mapping[str, Node]
    regions: Mapping[str, memoryview] = field(default_factory=dict)

    def node_named(self, name: str) -> Node:
        """Return the node called `name`, which is a name that DeepSpeech's client requires.

        Raises:
            GraphUnsupported: the graph has no such node.
        """
        if name not in self.nodes:
            raise GraphUnsupported(f'there is no node "{name}"')
        return self.nodes[name]

    def input_node(self, node: Node, index: int) -> Node:
        """Return the node that makes input number `index` of `node`. Skip Identity nodes between the two.

        Raises:
            GraphUnsupported: there is no such input, or its node is missing.
        """
        return self.nodes[self.input_output(node, index).node]

    def input_output(self, node: Node, index: int) -> Output:
        """Return the output that is input number `index` of `node`. Skip Identity nodes between the two.

        Raises:
            GraphUnsupported: there is no such input, or its node is missing.
        """
        for _ in range(len(self.nodes) + 1):
            inputs = node.inputs
            if index >= len(inputs):
                raise GraphUnsupported(f"{node} has {len(inputs)} inputs, and number {index} is missing")
            output = inputs[index]
            if output.node not in self.nodes:
                raise GraphUnsupported(f'{node} has an input "{output.node}", which is not in the graph')
            node, index = self.nodes[output.node], 0
            if node.operation != "Identity":
                return output
        raise GraphUnsupported(f"{node} is its own input")

    def ancestors(self, output: Output, stop_at: str) -> set[Output]:
        """Return `output` and all outputs from which it is calculated.

        Args:
            output: an output of a node in the graph.
            stop_at: the name of a node whose inputs are not followed, or an empty text to follow all inputs.
        """
        ancestors, unvisited = {output}, [output]
        while unvisited:
            current = unvisited.pop()
            if current.node != stop_at:
                inputs = {parent for parent in self.nodes[current.node].inputs if parent.node in self.nodes}
                unvisited += inputs - ancestors
                ancestors |= inputs
        return ancestors


def read_nodes(data: memoryview) -> dict[str, Node]:
    """Read the nodes of an encoded graph, by name.

    Raises:
        ModelInvalid: the graph is damaged, or two nodes have the same name.
    """
    nodes: dict[str, Node] = {}
    for encoded in Message(data, MAX_PARTS).contents(_NODE):
        message = Message(encoded)
        name = message.text(_NAME)
        if name in nodes:
            raise ModelInvalid(f'it has two nodes "{name}"')
        nodes[name] = Node(name, message.text(_OPERATION), encoded)
    return nodes


def sizes(shape: Message) -> Optional[tuple[int, ...]]:
    """Return the sizes of an encoded shape, with -1 for each unknown size, or `None` if a size is impossible."""
    result = tuple(dimension.integer(_SIZE) for dimension in shape.messages(_DIMENSION))
    return result if all(-1 <= size <= _MAX_SIZE for size in result) else None


def _read_inputs(node: Message) -> Iterator[Output]:
    for text in node.texts(_INPUT):
        name, _, number = text.partition(":")
        if not name.startswith("^"):
            # `int` also accepts digits other than ASCII, and any number of them.
            yield Output(name, int(number) if number in tuple("123456789") else 0)

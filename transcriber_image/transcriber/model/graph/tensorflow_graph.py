"""A graph as TensorFlow writes it: nodes by name, with their inputs and attributes.

Field numbers are those of TensorFlow's graph.proto, node_def.proto, attr_value.proto and tensor_shape.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Optional

from transcriber.model.graph.protobuf import MOST_PARTS, Message
from transcription.contract.errors import GraphUnsupported, ModelInvalid

#: Of a graph.
_NODE = 1
#: Of a node.
_NAME, _OPERATION, _INPUT, _ATTRIBUTE = 1, 2, 3, 5
#: Of an entry in a map.
_KEY, _VALUE = 1, 2
#: Of an attribute's value.
STRING, INTEGER, FLOAT, BOOLEAN, TYPE, SHAPE, TENSOR = 2, 3, 4, 5, 6, 7, 8
#: Of a shape, and of each dimension in it.
_DIMENSION, _SIZE = 2, 1
#: What the indices of TensorFlow's own tensors fit in.
_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Output:
    """One of the values that a node makes."""

    node: str
    number: int = 0


@dataclass(frozen=True, eq=False)
class Node:
    """An operation and where its inputs come from."""

    name: str
    operation: str
    #: As it is written; of most nodes nothing else is needed.
    data: memoryview = field(repr=False)

    def __str__(self) -> str:
        return f'node "{self.name}" ({self.operation})'

    @property
    def inputs(self) -> tuple[Output, ...]:
        """Without those that only say what must run before."""
        return tuple(_inputs(Message(self.data)))

    @cached_property
    def attributes(self) -> dict[str, Message]:
        """Their values by name."""
        entries = Message(self.data).messages(_ATTRIBUTE)
        return {entry.text(_KEY): entry.message(_VALUE) for entry in entries}

    def attribute(self, name: str) -> Message:
        """The value of an attribute, empty where it was left out."""
        return self.attributes.get(name) or Message(memoryview(b""))

    def shape(self, name: str = "shape") -> Optional[tuple[int, ...]]:
        """Sizes that an attribute gives, -1 for one that is open; nothing where it gives none."""
        value = self.attribute(name)
        return sizes(value.message(SHAPE)) if SHAPE in value else None


@dataclass(frozen=True)
class Graph:
    """All nodes by name, and the regions of the file that constants lie in."""

    nodes: Mapping[str, Node]
    regions: Mapping[str, memoryview] = field(default_factory=dict)

    def named(self, name: str) -> Node:
        """The node that DeepSpeech's own client finds by this name.

        Raises:
            GraphUnsupported: there is none.
        """
        if name not in self.nodes:
            raise GraphUnsupported(f'there is no node "{name}"')
        return self.nodes[name]

    def source(self, of: Node, number: int) -> Node:
        """The node that an input comes from, past those that only pass it on.

        Raises:
            GraphUnsupported: there is no such input, or nothing at its other end.
        """
        return self.nodes[self.output(of, number).node]

    def output(self, of: Node, number: int) -> Output:
        """As `source`, and which of that node's outputs it is."""
        for _ in range(len(self.nodes) + 1):
            inputs = of.inputs
            if number >= len(inputs):
                raise GraphUnsupported(f"{of} has {len(inputs)} inputs, and number {number} is missing")
            found = inputs[number]
            if found.node not in self.nodes:
                raise GraphUnsupported(f'{of} has an input "{found.node}", which is not in the graph')
            of, number = self.nodes[found.node], 0
            if of.operation != "Identity":
                return found
        raise GraphUnsupported(f"{of} is its own input")

    def origins(self, of: Output, until: str) -> set[Output]:
        """A value that is there, and all that it was made from, up to and with what the node `until` makes."""
        found, open_ = {of}, [of]
        while open_:
            at = open_.pop()
            if at.node != until:
                inputs = {each for each in self.nodes[at.node].inputs if each.node in self.nodes}
                open_ += inputs - found
                found |= inputs
        return found


def read_nodes(data: memoryview) -> dict[str, Node]:
    """The nodes of a graph.

    Raises:
        ModelInvalid: two of them have one name.
    """
    nodes: dict[str, Node] = {}
    for each in Message(data, MOST_PARTS).contents(_NODE):
        message = Message(each)
        name = message.text(_NAME)
        if name in nodes:
            raise ModelInvalid(f'it has two nodes "{name}"')
        nodes[name] = Node(name, message.text(_OPERATION), each)
    return nodes


def sizes(shape: Message) -> Optional[tuple[int, ...]]:
    """The dimensions of a shape, unless one is larger than any tensor."""
    found = tuple(each.integer(_SIZE) for each in shape.messages(_DIMENSION))
    return found if all(-1 <= each <= _LARGEST for each in found) else None


def _inputs(node: Message) -> Iterator[Output]:
    for each in node.texts(_INPUT):
        name, _, number = each.partition(":")
        if not name.startswith("^"):
            # Python's int takes more than digits of ASCII, and any number of them.
            yield Output(name, int(number) if number in tuple("123456789") else 0)

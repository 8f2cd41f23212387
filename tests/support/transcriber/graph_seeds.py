"""Seeds: the valid model files from which the mutants are made.

A `.pb` file is an encoded graph. A `.pbmm` file consists of regions with one constant each, a region with the graph,
and a directory that lists the regions.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.support.transcriber.graph_skeletons import (
    DEMO,
    ENGLISH,
    GERMAN,
    OFFICIAL,
    Skeleton,
    random_weights,
    to_pbmm,
)
from tests.support.transcriber.protobuf_fields import (
    Field,
    decode_fields,
    encode_fields,
    field,
    values_by_number,
    varint,
)

ROOT = Path(__file__).resolve().parents[3]
#: The nested messages of each message, by field number. Source: TensorFlow's graph.proto and its imports.
NESTED = {
    "graph": {1: "node", 4: "versions"},
    "node": {5: "entry"},
    "entry": {2: "value"},
    "value": {7: "shape", 8: "tensor"},
    "tensor": {2: "shape"},
    "shape": {2: "dimension"},
    "directory": {1: "region"},
}
#: The offset of the directory, in the last eight bytes of a `.pbmm` file.
END = struct.Struct("<Q")


@dataclass(frozen=True)
class FieldPosition:
    """The offsets of the parts of a field in a file."""

    #: The offset of the tag.
    tag: int
    #: The offset of the length or number.
    size: int
    #: The offset of the content.
    content: int
    #: The offset after the field.
    end: int


@dataclass(frozen=True)
class Seed:
    """A valid model file."""

    #: `.pb` or `.pbmm`.
    suffix: str
    #: The content of the file.
    data: bytes
    #: The number of mutants of each random kind.
    count: int

    @property
    def directory(self) -> int:
        """The offset of the directory of a `.pbmm` file."""
        return int(END.unpack(self.data[-8:])[0])

    @cached_property
    def regions(self) -> list[Field]:
        """The entries of the directory. The last entry is that of the graph. A `.pb` file has no entries."""
        return decode_fields(self.data[self.directory : -8]) if self.suffix == ".pbmm" else []

    @cached_property
    def graph(self) -> tuple[int, int]:
        """The offsets of the start and of the end of the graph."""
        if not self.regions:
            return 0, len(self.data)
        last = values_by_number(self.regions[-1][2])
        return last[1], last[1] + last[3]

    @cached_property
    def nodes(self) -> list[Field]:
        """All fields of the graph: the nodes and a few other fields."""
        start, end = self.graph
        return decode_fields(self.data[start:end])

    @cached_property
    def positions(self) -> list[FieldPosition]:
        """The positions of all fields in the graph and in the directory."""
        positions = list(find_fields(self.data, "graph", *self.graph))
        if self.regions:
            positions += find_fields(self.data, "directory", self.directory, len(self.data) - 8)
        return positions

    def with_nodes(self, nodes: Sequence[Field], more: bytes = b"") -> bytes:
        """Return the file with another graph, which consists of `nodes` and the bytes `more`."""
        graph, start = encode_fields(nodes) + more, self.graph[0]
        if not self.regions:
            return graph
        entry = field(1, start, 0) + field(2, b"memmapped_package://.") + field(3, len(graph), 0)
        directory = encode_fields(self.regions[:-1]) + field(1, entry)
        return self.data[:start] + graph + directory + END.pack(start + len(graph))

    def with_node(self, index: int, fields: Sequence[Field]) -> bytes:
        """Return the file with other fields in one node."""
        return self.with_nodes(replace_item(self.nodes, index, [(1, 2, encode_fields(fields))]))

    def with_constant(self, name: bytes, value: bytes) -> bytes:
        """Return the file with another value of a constant. If the constant does not exist, add it.

        Args:
            name: the name of the constant.
            value: the encoded value.
        """
        rest = [node for node in self.nodes if values_by_number(node[2]).get(1) != name]
        entry = field(5, field(1, b"value") + field(2, value))
        return self.with_nodes(rest, field(1, field(1, name) + field(2, b"Const") + entry))

    def with_regions(self, regions: Sequence[Field]) -> bytes:
        """Return the file with other entries in the directory."""
        return self.data[: self.directory] + encode_fields(regions) + self.data[-8:]


def seeds() -> dict[str, Seed]:
    """Return the seeds by name: small graphs of DeepSpeech's and of the demo model's exporter, and the demo model."""
    official, demo = (Skeleton(name).fill(random_weights(3, GERMAN), GERMAN) for name in (OFFICIAL, DEMO))
    model = (ROOT / "transcriber_image/demo_model/demo.pbmm").read_bytes()
    return {
        "official.pb": Seed(".pb", official, 120),
        "official.pbmm": Seed(".pbmm", to_pbmm(official, smallest=30), 80),
        "demo.pb": Seed(".pb", demo, 80),
        "numbers.pb": Seed(".pb", Skeleton(OFFICIAL).fill(random_weights(2, ENGLISH), packed=True), 15),
        "the demo model": Seed(".pbmm", model, 15),
    }


def find_fields(data: bytes, message: str, start: int, end: int) -> Iterator[FieldPosition]:
    """Yield the positions of all fields of a message and of its nested messages.

    Args:
        data: the file.
        message: the name of the message, as in `NESTED`.
        start: the offset of the message.
        end: the offset after the message.
    """
    offset = start
    for number, wire_type, value in decode_fields(data[start:end]):
        size = offset + len(varint(number << 3 | wire_type))
        if isinstance(value, int):
            content = field_end = size + len(varint(value))
        else:
            content = size + (len(varint(len(value))) if wire_type == 2 else 0)
            field_end = content + len(value)
        yield FieldPosition(offset, size, content, field_end)
        if number in NESTED.get(message, ()) and wire_type == 2:
            yield from find_fields(data, NESTED[message][number], content, field_end)
        offset = field_end


def replace_item(fields: Sequence[Field], index: int, replacement: Sequence[Field]) -> list[Field]:
    """Return fields, with the field at `index` replaced by any number of other fields."""
    return [*fields[:index], *replacement, *fields[index + 1 :]]

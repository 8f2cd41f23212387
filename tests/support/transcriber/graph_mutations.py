"""Model files, and what happens to them on the way: each mutant is the same in every run."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from tests.support.transcriber.graph_skeletons import (
    DEMO,
    ENGLISH,
    GERMAN,
    OFFICIAL,
    Field,
    Skeleton,
    by_number,
    chance,
    field,
    mapped,
    put_together,
    take_apart,
    varint,
)

ROOT = Path(__file__).resolve().parents[3]
#: In which fields of which message another one lies. Source: TensorFlow's graph.proto and what it imports.
_NESTED = {
    "graph": {1: "node", 4: "versions"},
    "node": {5: "entry"},
    "entry": {2: "value"},
    "value": {7: "shape", 8: "tensor"},
    "tensor": {2: "shape"},
    "shape": {2: "dimension"},
    "directory": {1: "region"},
}
_BYTES = (0, 1, 0x7F, 0x80, 0xFF)
_NUMBERS = (0, 1, 2, 3, 7, 2**16, 2**31 - 1, 2**31, 2**32, 2**62, 2**63, 2**64 - 1)
_OPERATIONS = (b"Const", b"ImmutableConst", b"Identity", b"Placeholder", b"BlockLSTM", b"Mul", b"MatMul", b"Reshape")
#: Dimensions whose product is 0, while that of all but one is beyond 64 bits.
_HOLLOW = field(2, b"") + field(2, field(1, 2**31 - 1, 0)) * 3
_END = struct.Struct("<Q")

#: What was done, and what came of it.
Mutant = tuple[str, bytes]


@dataclass(frozen=True)
class Place:
    """Where a field lies: its tag, its length or number, and what it holds, up to its end."""

    tag: int
    size: int
    content: int
    end: int


@dataclass(frozen=True)
class Seed:
    """A whole file."""

    suffix: str
    data: bytes
    #: How many mutants of each kind are made.
    count: int

    @property
    def directory(self) -> int:
        """Where the directory of a `.pbmm` starts."""
        return int(_END.unpack(self.data[-8:])[0])

    @cached_property
    def regions(self) -> list[Field]:
        """The entries of its directory; the last is that of the graph."""
        return take_apart(self.data[self.directory : -8]) if self.suffix == ".pbmm" else []

    @cached_property
    def graph(self) -> tuple[int, int]:
        """From where to where the graph lies."""
        if not self.regions:
            return 0, len(self.data)
        last = by_number(self.regions[-1][2])
        return last[1], last[1] + last[3]

    @cached_property
    def nodes(self) -> list[Field]:
        """Those of the graph, and what else it has."""
        start, end = self.graph
        return take_apart(self.data[start:end])

    @cached_property
    def places(self) -> list[Place]:
        """All fields of the graph and of the directory."""
        found = list(_walk(self.data, "graph", *self.graph))
        if self.regions:
            found += _walk(self.data, "directory", self.directory, len(self.data) - 8)
        return found

    def with_nodes(self, nodes: Sequence[Field], more: bytes = b"") -> bytes:
        """The file with another graph in its place."""
        graph, start = put_together(nodes) + more, self.graph[0]
        if not self.regions:
            return graph
        entry = field(1, start, 0) + field(2, b"memmapped_package://.") + field(3, len(graph), 0)
        directory = put_together(self.regions[:-1]) + field(1, entry)
        return self.data[:start] + graph + directory + _END.pack(start + len(graph))

    def with_node(self, number: int, fields: Sequence[Field]) -> bytes:
        """The file with other fields in one of its nodes."""
        return self.with_nodes(_replaced(self.nodes, number, [(1, 2, put_together(fields))]))

    def with_regions(self, regions: Sequence[Field]) -> bytes:
        """The file with another directory."""
        return self.data[: self.directory] + put_together(regions) + self.data[-8:]


def seeds() -> dict[str, Seed]:
    """Both exporters' graphs as both kinds of file, as small as they can be, and the demo model itself."""
    official, demo = (Skeleton(name).fill(chance(3, GERMAN), GERMAN) for name in (OFFICIAL, DEMO))
    model = (ROOT / "transcriber_image/demo_model/demo.pbmm").read_bytes()
    return {
        "official.pb": Seed(".pb", official, 120),
        "official.pbmm": Seed(".pbmm", mapped(official, smallest=30), 80),
        "demo.pb": Seed(".pb", demo, 80),
        "numbers.pb": Seed(".pb", Skeleton(OFFICIAL).fill(chance(2, ENGLISH), packed=True), 15),
        "the demo model": Seed(".pbmm", model, 15),
    }


def mutants(seed: Seed) -> Iterator[Mutant]:
    """What becomes of `seed`, each once and with a name that says how."""
    seen = {hash(seed.data)}
    for name, data in _all_mutants(seed, random.Random(len(seed.data))):  # noqa: S311 - the same in every run
        if hash(data) not in seen:
            seen.add(hash(data))
            yield name, data


def _all_mutants(seed: Seed, luck: random.Random) -> Iterator[Mutant]:
    for _ in range(seed.count):
        for kind in (_cut, _overwritten, _renumbered, _rewired, _reordered, _resized, _rewritten, _moved, _garbled):
            yield kind(seed, luck)
    for length in range(17):
        yield f"the first {length} bytes", seed.data[:length]
        yield f"all but the last {length} bytes", seed.data[: len(seed.data) - length]
    yield from _enormous(seed)
    if seed.regions:
        yield from _redirected(seed)


def _cut(seed: Seed, luck: random.Random) -> Mutant:
    """Its end is missing."""
    place = luck.choice(seed.places)
    at = luck.choice((place.tag, place.size, place.content, place.end, luck.randrange(len(seed.data))))
    return f"cut before byte {at}", seed.data[:at]


def _overwritten(seed: Seed, luck: random.Random) -> Mutant:
    """A byte of its structure is another one."""
    place = luck.choice(seed.places)
    at = luck.choice((place.tag, place.size, luck.randrange(place.tag, place.end)))
    value = luck.choice((*_BYTES, seed.data[at] ^ 1 << luck.randrange(8)))
    return f"byte {at} = {value:#x}", _with(seed.data, at, at + 1, bytes([value]))


def _renumbered(seed: Seed, luck: random.Random) -> Mutant:
    """A length, or a number, is another one, and those around it are not."""
    place = luck.choice(seed.places)
    new = luck.choice((varint(luck.choice(_NUMBERS)), b"\xff" * luck.choice((1, 3, 9, 10, 11, 300))))
    return f"{new.hex()} for the number at {place.size}", _with(seed.data, place.size, place.content, new)


def _rewired(seed: Seed, luck: random.Random) -> Mutant:
    """A whole graph, in which a node does something else, takes something else or has another name."""
    number, fields = _node(seed, luck)
    name = by_number(seed.nodes[_node(seed, luck)[0]][2])[1]
    at = luck.randrange(sum(what in (1, 2, 3) for what, _, _ in fields))
    what, _, old = fields[at]
    inputs = (name, name, name + b":1", by_number(seed.nodes[number][2])[1], b"^logits", b"gone", b"a:99999", b"")
    value = luck.choice({1: (name, b"logits", b""), 2: _OPERATIONS, 3: inputs}[what])
    return f"{value!r} for {old!r} in node {number}", seed.with_node(number, _replaced(fields, at, [(what, 2, value)]))


def _reordered(seed: Seed, luck: random.Random) -> Mutant:
    """A whole graph that lacks a node or a part of one, or has it twice, or that of another node."""
    number, fields = _node(seed, luck)
    at = luck.randrange(len(fields))
    other = luck.choice(_node(seed, luck)[1])
    name, changed = luck.choice((("without", []), ("twice", [fields[at]] * 2), ("another for", [other])))
    if luck.random() < 0.1:
        return f"without node {number}", seed.with_nodes(_replaced(seed.nodes, number, []))
    return f"{name} field {at} of node {number}", seed.with_node(number, _replaced(fields, at, changed))


def _resized(seed: Seed, luck: random.Random) -> Mutant:
    """A whole graph with another number: a size, a type, a setting."""
    number, _ = _node(seed, luck)
    node = bytes(seed.nodes[number][2])
    numbers = [each for each in _walk(node, "node", 0, len(node)) if each.content == each.end] or [Place(0, 0, 0, 0)]
    at, value = luck.choice(numbers).size, luck.choice(_NUMBERS)
    return f"{value} at {at} of node {number}", seed.with_node(number, take_apart(_rebuilt(node, at, value, "node")))


def _rewritten(seed: Seed, luck: random.Random) -> Mutant:
    """A whole graph, in which something is of another wire type, or shorter or longer."""
    number, fields = _node(seed, luck)
    at = luck.randrange(len(fields))
    parts = take_apart(fields[at][2]) if fields[at][0] == 5 else fields
    inner = luck.randrange(len(parts) or 1)
    what = luck.choice((parts[inner][0], luck.randrange(1, 12)))
    value = luck.choice(
        ((0, luck.choice(_NUMBERS)), (1, bytes(8)), (2, b""), (2, b"abc"), (2, b"\xff" * 9), (5, bytes(4)))
    )
    changed = _replaced(parts, inner, [(what, *value)])
    if parts is not fields:
        if parts[inner][0] == 2:
            wrapped = take_apart(parts[inner][2])
            place = luck.randrange(len(wrapped) or 1)
            changed = _replaced(parts, inner, [(2, 2, put_together(_replaced(wrapped, place, [(what, *value)])))])
        changed = _replaced(fields, at, [(5, 2, put_together(changed))])
    return f"{value} in field {at} of node {number}", seed.with_node(number, changed)


def _moved(seed: Seed, luck: random.Random) -> Mutant:
    """A part of the file in another place, or nowhere, or something foreign between its parts."""
    first, second = luck.choice(seed.places), luck.choice(seed.places)
    part = luck.choice((b"", seed.data[second.tag : second.end], luck.randbytes(luck.choice((1, 2, 8, 100)))))
    end = luck.choice((first.tag, first.end))
    return f"{len(part)} bytes at {first.tag} to {end}", _with(seed.data, first.tag, end, part)


def _garbled(seed: Seed, luck: random.Random) -> Mutant:
    """Bytes of chance."""
    if luck.random() < 0.1:
        data = luck.randbytes(luck.randrange(1, 500))
        return f"garbage {data[:8].hex()}", data
    mutant, places = bytearray(seed.data), []
    for _ in range(luck.randrange(1, 6)):
        places.append(luck.randrange(len(mutant)))
        mutant[places[-1]] = luck.randrange(256)
    return f"bytes of chance at {places}", bytes(mutant)


def _redirected(seed: Seed) -> Iterator[Mutant]:
    """Other regions, names of them, and another place of the directory."""
    size, start = len(seed.data), seed.directory
    for value in (*_NUMBERS, size, size - 7, size - 8, size - 9, start - 1, start + 1, seed.graph[0]):
        yield f"directory at {value}", seed.data[:-8] + _END.pack(value)
    for number, region in list(enumerate(seed.regions))[-3:]:
        for at, (what, kind, old) in enumerate(take_apart(region[2])):
            values: Sequence[Any] = (b"", b"memmapped_package://.", b"memmapped_package://layer_1")
            if isinstance(old, int):
                values = (*_NUMBERS, start, size, old + 1, old - 1)
            for value in values:
                changed = put_together(_replaced(take_apart(region[2]), at, [(what, kind, value)]))
                regions = _replaced(seed.regions, number, [(1, 2, changed)])
                yield f"field {what} of region {number} = {value!r}", seed.with_regions(regions)
        without = _replaced(seed.regions, number, [])
        yield f"without region {number}", seed.with_regions(without)
        yield f"region {number} twice", seed.with_regions([*seed.regions, region])
        yield f"region {number} first", seed.with_regions([region, *without])


def _enormous(seed: Seed) -> Iterator[Mutant]:
    """What would cost a reader time or memory that believes it, or goes into it without end."""
    nodes = seed.nodes
    yield "messages in messages", seed.with_nodes(nodes, field(1, field(5, _deep(5000))))
    yield "a million fields", seed.with_nodes(nodes, b"\x18\x01" * 2**20)
    yield "many nodes", seed.with_nodes(nodes, b"\x0a\x00" * 2**19)
    yield "many inputs", seed.with_nodes(nodes, field(1, field(1, b"a") + b"\x1a\x00" * 2**19))
    yield "a loop", seed.with_nodes([_with_input(each, b"logits", b"x") for each in nodes], _identity(b"x", b"x"))
    yield "a long name", seed.with_nodes(nodes, field(1, field(1, b"a" * 2**24)))
    yield "a long input", seed.with_nodes([_with_input(each, b"logits", b"a" * 2**24) for each in nodes])
    long = field(8, b"\x08\x07" + field(8, b"\xff\xff" + b"\0\0\1\0a" * 2**22))
    yield "a long alphabet", changed(seed, b"metadata_alphabet", long)
    for kind, values in ((4, b"\6\0\0\0" * 2**22), (7, b"\6" * 2**22)):
        many = field(8, b"\x08\x03" + field(2, field(2, field(1, 2**22, 0))) + field(kind, values))
        yield f"many numbers in field {kind}", changed(seed, b"metadata_version", many)
    for size, rank in ((2**14, 2), (2**20, 2), (2**28, 1), (2**28, 2), (2**31 - 1, 2), (1, 40), (0, 2)):
        # One number, which stands for all.
        shape = field(2, field(1, size, 0)) * rank
        tensors = b"\x08\x01" + field(2, shape) + b"\x2d\0\0\x80\x3f", b"\x08\x01" + field(2, shape + _HOLLOW)
        for name, tensor in product(
            (b"layer_1/weights", b"layer_5/weights", b"layer_5_weights", b"layer_6_bias"), tensors
        ):
            yield f"{name!r} of {size} ** {rank}", changed(seed, name, field(8, tensor))


def changed(seed: Seed, name: bytes, value: bytes) -> bytes:
    """The file with a constant of another value, or one more if it has none of this name."""
    rest = [each for each in seed.nodes if by_number(each[2]).get(1) != name]
    entry = field(5, field(1, b"value") + field(2, value))
    return seed.with_nodes(rest, field(1, field(1, name) + field(2, b"Const") + entry))


def _deep(levels: int) -> bytes:
    message = b""
    for _ in range(levels):
        message = field(1, message)
    return message


def _identity(name: bytes, of: bytes) -> bytes:
    return field(1, field(1, name) + field(2, b"Identity") + field(3, of))


def _with_input(node: Field, name: bytes, to: bytes) -> Field:
    """The node, if it is called so, with another input."""
    fields = take_apart(node[2])
    if by_number(node[2]).get(1) != name:
        return node
    return node[0], 2, put_together((what, kind, to if what == 3 else value) for what, kind, value in fields)


def _node(seed: Seed, luck: random.Random) -> tuple[int, list[Field]]:
    """Any node's number and fields."""
    number = luck.choice([at for at, (what, _, _) in enumerate(seed.nodes) if what == 1])
    return number, take_apart(seed.nodes[number][2])


def _walk(data: bytes, message: str, start: int, end: int) -> Iterator[Place]:
    """All fields of a message and of those within it."""
    at = start
    for number, kind, value in take_apart(data[start:end]):
        size = at + len(varint(number << 3 | kind))
        if isinstance(value, int):
            content = after = size + len(varint(value))
        else:
            content = size + (len(varint(len(value))) if kind == 2 else 0)
            after = content + len(value)
        yield Place(at, size, content, after)
        if number in _NESTED.get(message, ()) and kind == 2:
            yield from _walk(data, _NESTED[message][number], content, after)
        at = after


def _rebuilt(data: bytes, at: int, number: int, message: str) -> bytes:
    """A message with another number at a place, and with right lengths around it."""
    fields, start = [], 0
    for what, kind, value in take_apart(data):
        end = start + len(field(what, value, kind))
        inner = _NESTED.get(message, {}).get(what)
        if isinstance(value, int):
            fields.append((what, kind, number if start < at < end else value))
        elif inner and start < at < end:
            content = end - len(value)
            fields.append((what, kind, _rebuilt(value, at - content, number, inner) if at > content else value))
        else:
            fields.append((what, kind, value))
        start = end
    return put_together(fields)


def _replaced(all_: Sequence[Field], at: int, by: Sequence[Field]) -> list[Field]:
    return [*all_[:at], *by, *all_[at + 1 :]]


def _with(data: bytes, start: int, end: int, value: bytes) -> bytes:
    return data[:start] + value + data[end:]

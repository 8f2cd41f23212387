"""Graphs of any size, with any weights and alphabet: TensorFlow wrote them, and `graphs/` keeps them without weights.

The protocol buffers are taken apart and written again here, by other code than what is tested.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parent / "graphs"
OFFICIAL, DEMO, LAYER_NORM = "official", "demo", "layer_norm"
#: What the skeletons were made with: units in each layer, and labels with the blank.
UNITS, CLASSES = 77, 29
ENGLISH = tuple(each.encode() for each in " abcdefghijklmnopqrstuvwxyz'")
GERMAN = tuple(each.encode() for each in " abcdefghijklmnopqrstuvwxyzäöüß'€")
BYTES = tuple(bytes([each]) for each in range(1, 256))
ALPHABETS = {"english": ENGLISH, "german": GERMAN, "bytes": BYTES}

Floats = npt.NDArray[np.float32]
Weights = dict[str, Floats]
#: Number, wire type, and what is there.
Field = tuple[int, int, Union[int, bytes]]


def chance(units: int, labels: Sequence[bytes], seed: int = 0) -> Weights:
    """Weights and biases that are all different, as the demo model's exporter calls them."""
    random = np.random.default_rng(seed)
    layers = {"layer_1": (494, units), "layer_2": (units, units), "layer_3": (units, units)}
    layers |= {"layer_5": (units, units), "layer_6": (units, len(labels) + 1)}
    weights: Weights = {}
    for name, (inputs, outputs) in layers.items():
        weights[f"{name}_weights"] = random.standard_normal((inputs, outputs), np.float32) * np.float32(inputs**-0.5)
        weights[f"{name}_bias"] = random.standard_normal(outputs, np.float32)
    kernel = random.standard_normal((2 * units, 4 * units), np.float32)
    weights["lstm_kernel"] = kernel * np.float32((2 * units) ** -0.5)
    weights["lstm_bias"] = random.standard_normal(4 * units, np.float32)
    return weights


@dataclass(frozen=True)
class Skeleton:
    """A graph without its weights."""

    name: str

    def fill(
        self, weights: Weights, labels: Sequence[bytes] = ENGLISH, packed: bool = False, **attributes: float
    ) -> bytes:
        """The graph with weights. `packed`: as lists of floats instead of bytes. `attributes`: those of the LSTM."""
        filling = _Filling(weights, labels, packed, attributes)
        fields = take_apart((FOLDER / f"{self.name}.pb").read_bytes())
        return put_together((1, 2, filling.node(value)) if number == 1 else (number, kind, value)
                            for number, kind, value in fields)  # fmt: skip


class _Filling:
    def __init__(self, weights: Weights, labels: Sequence[bytes], packed: bool, attributes: dict[str, float]) -> None:
        units = len(weights["layer_5_bias"])
        self._sizes = {UNITS: units, 2 * UNITS: 2 * units, 4 * UNITS: 4 * units, CLASSES: len(labels) + 1}
        self._weights, self._labels, self._packed, self._attributes = weights, labels, packed, attributes

    def node(self, data: Any) -> bytes:
        fields = take_apart(data)
        name = next(bytes(value) for number, _, value in fields if number == 1).decode()
        return put_together(self._attribute(name, each) if each[0] == 5 else each for each in fields)

    def _attribute(self, node: str, entry: Field) -> Field:
        key, value = (bytes(each[2]) for each in take_apart(entry[2]))
        if key.decode() in self._attributes:
            value = field(4, struct.pack("<f", self._attributes[key.decode()]), kind=5)
        else:
            value = put_together(self._value(node, each) for each in take_apart(value))
        return 5, 2, field(1, key) + field(2, value)

    def _value(self, node: str, each: Field) -> Field:
        if each[0] == 7:
            return 7, 2, self._shape(each[2])
        return (8, 2, self._tensor(node, each[2])) if each[0] == 8 else each

    def _shape(self, data: Any) -> bytes:
        sizes = (by_number(each[2])[1] for each in take_apart(data))
        return b"".join(field(2, b"\x08" + varint(self._sizes.get(int(size), int(size)))) for size in sizes)

    def _tensor(self, node: str, data: Any) -> bytes:
        tensor = by_number(data)
        shape = field(2, self._shape(tensor[2])) if tensor[2] else field(2, b"")
        kind = b"\x08" + varint(int(tensor[1]))
        if node == "metadata_alphabet":
            return kind + shape + field(8, pack(self._labels))
        weights = self._weights.get(role(node))
        if tensor[1] == 1 and weights is not None:
            return kind + shape + field(5 if self._packed else 4, weights.tobytes())
        if 4 in tensor and tensor[1] == 3:
            numbers = [self._sizes.get(each, each) for each in np.frombuffer(bytes(tensor[4]), "<i4").tolist()]
            return kind + shape + field(4, np.array(numbers, "<i4").tobytes())
        rest = [each for each in take_apart(data) if each[0] not in (1, 2)]
        return kind + shape + put_together(rest)


def role(node: str) -> str:
    """What a weight is for, whoever named it."""
    found = re.fullmatch(r"(layer_\d)[/_](weights|bias)|.*(kernel|bias)", node)
    if not found:
        return ""
    return f"{found[1]}_{found[2]}" if found[1] else f"lstm_{found[3]}"


def pack(labels: Sequence[bytes]) -> bytes:
    """An alphabet as DeepSpeech writes it into a graph."""
    entries = (struct.pack("<HH", label, len(each)) + each for label, each in enumerate(labels))
    return struct.pack("<H", len(labels)) + b"".join(entries)


def mapped(graph: bytes, smallest: int = 10_000) -> bytes:
    """A graph as `.pbmm`, with all constants from `smallest` bytes on before it."""
    data, directory, nodes = bytearray(), [], []

    def append(name: str, content: bytes, alignment: int = 64) -> None:
        data.extend(bytes(-len(data) % alignment))
        entry = b"\x08" + varint(len(data)) + field(2, name.encode()) + b"\x18" + varint(len(content))
        directory.append(field(1, entry))
        data.extend(content)

    for number, kind, value in take_apart(graph):
        name, content, shape = _constant(value) if number == 1 else ("", b"", b"")
        if len(content) < smallest:
            nodes.append((number, kind, value))
            continue
        region = "memmapped_package://" + re.sub(r"\W", "_", name)
        append(region, content)
        attributes = {
            "dtype": b"\x30\x01", "shape": field(7, shape), "memory_region_name": field(2, region.encode())
        }  # fmt: skip
        entries = (field(5, field(1, key.encode()) + field(2, each)) for key, each in attributes.items())
        nodes.append((1, 2, field(1, name.encode()) + field(2, b"ImmutableConst") + b"".join(entries)))
    append("memmapped_package://.", put_together(nodes), alignment=1)
    return bytes(data) + b"".join(directory) + struct.pack("<Q", len(data))


def _constant(node: Any) -> tuple[str, bytes, bytes]:
    """Name, numbers and shape of a node; nothing but the name if it holds no floats."""
    fields = take_apart(node)
    name = by_number(node)[1].decode()
    for entry in (by_number(value) for number, _, value in fields if number == 5):
        tensor = by_number(by_number(entry[2]).get(8, b"")) if entry[1] == b"value" else {}
        if tensor.get(1) == 1:
            return name, tensor.get(4, tensor.get(5, b"")), tensor[2]
    return name, b"", b""


def changed(graph: bytes, name: str, fields: dict[int, list[bytes]], attributes: dict[bytes, bytes]) -> bytes:
    """A graph with other fields in one of its nodes, as many as there are, and other values of attributes."""
    nodes = take_apart(graph)
    [at] = [at for at, (number, _, node) in enumerate(nodes) if number == 1 and by_number(node)[1] == name.encode()]
    new, values = [], {number: iter(each) for number, each in fields.items()}
    for number, kind, value in take_apart(nodes[at][2]):
        key = by_number(value)[1] if number == 5 else b""
        if key in attributes:
            new.append((5, 2, field(1, key) + field(2, attributes[key])))
        else:
            new.append((number, kind, next(values[number]) if number in values else value))
    nodes[at] = (1, 2, put_together(new))
    return put_together(nodes)


def by_number(message: bytes) -> dict[int, Any]:
    """The fields of a protocol buffer; of several with one number the last."""
    return {number: value for number, _, value in take_apart(message)}


def take_apart(message: Any) -> list[Field]:
    """The fields of a protocol buffer."""
    fields: list[Field] = []
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        if tag & 7 == 0:
            value, at = _number(message, at)
            fields.append((tag >> 3, 0, value))
            continue
        size, at = _number(message, at) if tag & 7 == 2 else ({1: 8, 5: 4}[tag & 7], at)
        fields.append((tag >> 3, tag & 7, message[at : at + size]))
        at += size
    return fields


def put_together(fields: Any) -> bytes:
    """The opposite."""
    return b"".join(field(number, value, kind) for number, kind, value in fields)


def field(number: int, value: Union[int, bytes], kind: int = 2) -> bytes:
    """One field as it is written."""
    tag = varint(number << 3 | kind)
    if isinstance(value, int):
        return tag + varint(value)
    return tag + (varint(len(value)) if kind == 2 else b"") + value


def varint(value: int) -> bytes:
    """A number as it is written."""
    value %= 2**64
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _number(data: Any, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] & 0x80:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1

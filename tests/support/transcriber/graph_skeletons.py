"""Graphs of any size, with any weights and alphabet (the letters that the network knows).

The code fills skeletons: graphs without weights, which TensorFlow wrote. `graphs/README.md` says how they were made.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.support.transcriber.protobuf_fields import (
    Field,
    decode_fields,
    encode_fields,
    field,
    values_by_number,
    varint,
)

FOLDER = Path(__file__).parent / "graphs"
OFFICIAL, DEMO, LAYER_NORM = "official", "demo", "layer_norm"
#: Sizes in the skeletons: units in each layer, and labels including the blank (the label for "no letter").
UNITS, CLASSES = 77, 29
ENGLISH = tuple(letter.encode() for letter in " abcdefghijklmnopqrstuvwxyz'")
GERMAN = tuple(letter.encode() for letter in " abcdefghijklmnopqrstuvwxyzäöüß'€")
BYTES = tuple(bytes([byte]) for byte in range(1, 256))
ALPHABETS = {"english": ENGLISH, "german": GERMAN, "bytes": BYTES}

Floats = npt.NDArray[np.float32]
#: Weights and biases by the names that the demo model's exporter gives them.
Weights = dict[str, Floats]


def random_weights(units: int, labels: Sequence[bytes], seed: int = 0) -> Weights:
    """Return random weights and biases, which are all different.

    Args:
        units: the number of units in each layer.
        labels: the alphabet, without the blank.
        seed: the seed of the random numbers.
    """
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
    """A graph without weights."""

    #: `OFFICIAL`, `DEMO` or `LAYER_NORM`.
    name: str

    def fill(
        self, weights: Weights, labels: Sequence[bytes] = ENGLISH, packed: bool = False, **attributes: float
    ) -> bytes:
        """Return the encoded graph with weights.

        Args:
            weights: the weights, in the form in which `random_weights` returns them.
            labels: the alphabet, without the blank.
            packed: whether to store weights as packed floats instead of bytes.
            attributes: new values for attributes of the LSTM, by name.
        """
        filler = _SkeletonFiller(weights, labels, packed, attributes)
        fields = decode_fields((FOLDER / f"{self.name}.pb").read_bytes())
        return encode_fields(
            (1, 2, filler.fill_node(value)) if number == 1 else (number, wire_type, value)
            for number, wire_type, value in fields
        )


class _SkeletonFiller:
    """The code that writes weights, sizes, alphabet and attributes into the nodes of a skeleton."""

    def __init__(self, weights: Weights, labels: Sequence[bytes], packed: bool, attributes: dict[str, float]) -> None:
        units = len(weights["layer_5_bias"])
        #: The sizes in the skeleton and those that replace them.
        self._sizes = {UNITS: units, 2 * UNITS: 2 * units, 4 * UNITS: 4 * units, CLASSES: len(labels) + 1}
        self._weights, self._labels, self._packed, self._attributes = weights, labels, packed, attributes

    def fill_node(self, data: Any) -> bytes:
        """Return an encoded node of the skeleton with the new content."""
        fields = decode_fields(data)
        name = next(bytes(value) for number, _, value in fields if number == 1).decode()
        return encode_fields(self._fill_attribute(name, entry) if entry[0] == 5 else entry for entry in fields)

    def _fill_attribute(self, node: str, entry: Field) -> Field:
        key, value = (bytes(part[2]) for part in decode_fields(entry[2]))
        if key.decode() in self._attributes:
            value = field(4, struct.pack("<f", self._attributes[key.decode()]), wire_type=5)
        else:
            value = encode_fields(self._fill_value(node, part) for part in decode_fields(value))
        return 5, 2, field(1, key) + field(2, value)

    def _fill_value(self, node: str, value: Field) -> Field:
        if value[0] == 7:
            return 7, 2, self._fill_shape(value[2])
        return (8, 2, self._fill_tensor(node, value[2])) if value[0] == 8 else value

    def _fill_shape(self, data: Any) -> bytes:
        sizes = (values_by_number(dimension[2])[1] for dimension in decode_fields(data))
        return b"".join(field(2, b"\x08" + varint(self._sizes.get(int(size), int(size)))) for size in sizes)

    def _fill_tensor(self, node: str, data: Any) -> bytes:
        tensor = values_by_number(data)
        shape = field(2, self._fill_shape(tensor[2])) if tensor[2] else field(2, b"")
        kind = b"\x08" + varint(int(tensor[1]))
        if node == "metadata_alphabet":
            return kind + shape + field(8, pack_labels(self._labels))
        weights = self._weights.get(weight_name(node))
        if tensor[1] == 1 and weights is not None:
            return kind + shape + field(5 if self._packed else 4, weights.tobytes())
        if 4 in tensor and tensor[1] == 3:
            numbers = [self._sizes.get(size, size) for size in np.frombuffer(bytes(tensor[4]), "<i4").tolist()]
            return kind + shape + field(4, np.array(numbers, "<i4").tobytes())
        rest = [part for part in decode_fields(data) if part[0] not in (1, 2)]
        return kind + shape + encode_fields(rest)


def weight_name(node: str) -> str:
    """Return the name in `Weights` of a node of either exporter, or "" if the node has no weights."""
    match = re.fullmatch(r"(layer_\d)[/_](weights|bias)|.*(kernel|bias)", node)
    if not match:
        return ""
    return f"{match[1]}_{match[2]}" if match[1] else f"lstm_{match[3]}"


def pack_labels(labels: Sequence[bytes]) -> bytes:
    """Return an alphabet in the format that DeepSpeech stores in a graph."""
    entries = (struct.pack("<HH", number, len(label)) + label for number, label in enumerate(labels))
    return struct.pack("<H", len(labels)) + b"".join(entries)


def to_pbmm(graph: bytes, smallest: int = 10_000) -> bytes:
    """Return an encoded graph in the `.pbmm` format.

    Args:
        graph: the content of a `.pb` file.
        smallest: the size from which a constant moves out of the graph into a region of its own, in bytes.
    """
    data, directory, nodes = bytearray(), [], []

    def append_region(name: str, content: bytes, alignment: int = 64) -> None:
        data.extend(bytes(-len(data) % alignment))
        entry = b"\x08" + varint(len(data)) + field(2, name.encode()) + b"\x18" + varint(len(content))
        directory.append(field(1, entry))
        data.extend(content)

    for number, wire_type, value in decode_fields(graph):
        name, content, shape = _decode_constant(value) if number == 1 else ("", b"", b"")
        if len(content) < smallest:
            nodes.append((number, wire_type, value))
            continue
        region = "memmapped_package://" + re.sub(r"\W", "_", name)
        append_region(region, content)
        attributes = {
            "dtype": b"\x30\x01",
            "shape": field(7, shape),
            "memory_region_name": field(2, region.encode()),
        }
        entries = (field(5, field(1, key.encode()) + field(2, encoded)) for key, encoded in attributes.items())
        nodes.append((1, 2, field(1, name.encode()) + field(2, b"ImmutableConst") + b"".join(entries)))
    append_region("memmapped_package://.", encode_fields(nodes), alignment=1)
    return bytes(data) + b"".join(directory) + struct.pack("<Q", len(data))


def _decode_constant(node: Any) -> tuple[str, bytes, bytes]:
    """Return the name, the content and the encoded shape of a constant of floats.

    For any other node, content and shape are empty.
    """
    fields = decode_fields(node)
    name = values_by_number(node)[1].decode()
    for entry in (values_by_number(value) for number, _, value in fields if number == 5):
        tensor = values_by_number(values_by_number(entry[2]).get(8, b"")) if entry[1] == b"value" else {}
        if tensor.get(1) == 1:
            return name, tensor.get(4, tensor.get(5, b"")), tensor[2]
    return name, b"", b""


def change_node(graph: bytes, name: str, fields: dict[int, list[bytes]], attributes: dict[bytes, bytes]) -> bytes:
    """Return an encoded graph with one node changed.

    Args:
        graph: the content of a `.pb` file.
        name: the name of the node.
        fields: the new values of fields, by field number, as many for each number as the node has fields.
        attributes: the new encoded values of attributes, by name.
    """
    nodes = decode_fields(graph)
    [index] = [
        index
        for index, (number, _, node) in enumerate(nodes)
        if number == 1 and values_by_number(node)[1] == name.encode()
    ]
    new, values = [], {number: iter(new_values) for number, new_values in fields.items()}
    for number, wire_type, value in decode_fields(nodes[index][2]):
        key = values_by_number(value)[1] if number == 5 else b""
        if key in attributes:
            new.append((5, 2, field(1, key) + field(2, attributes[key])))
        else:
            new.append((number, wire_type, next(values[number]) if number in values else value))
    nodes[index] = (1, 2, encode_fields(new))
    return encode_fields(nodes)

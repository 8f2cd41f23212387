"""The format `.pbmm`: a file with a graph, which DeepSpeech's client maps into memory.

The file consists of the large constants, each at a multiple of 64 bytes, the graph, a directory of these regions, and
the offset of the directory in the last eight bytes. Source: TensorFlow, memmapped_file_system.
"""

from __future__ import annotations

import struct
from pathlib import Path

import tensorflow.compat.v1 as tf

PREFIX = "memmapped_package://"
GRAPH = PREFIX + "."
SMALLEST = 10_000  # bytes; smaller constants stay in the graph
ALIGNMENT = 64


def write(graph: tf.GraphDef, path: Path) -> None:
    """Write `graph` to the `.pbmm` file `path`. Its large constants become ImmutableConst nodes."""
    data = bytearray()
    regions: list[tuple[str, int, int]] = []

    def append(name: str, content: bytes) -> None:
        data.extend(b"\0" * (-len(data) % ALIGNMENT))
        regions.append((name, len(data), len(content)))
        data.extend(content)

    mapped = tf.GraphDef()
    mapped.versions.CopyFrom(graph.versions)
    for node in graph.node:
        copy = mapped.node.add()
        copy.CopyFrom(node)
        if node.op != "Const" or node.attr["value"].tensor.ByteSize() < SMALLEST:
            continue
        tensor = node.attr["value"].tensor
        append(PREFIX + node.name, tf.make_ndarray(tensor).tobytes())
        copy.Clear()
        copy.name, copy.op = node.name, "ImmutableConst"
        copy.attr["dtype"].type = tensor.dtype
        copy.attr["shape"].shape.CopyFrom(tensor.tensor_shape)
        copy.attr["memory_region_name"].s = (PREFIX + node.name).encode()
    append(GRAPH, mapped.SerializeToString(deterministic=True))
    directory = len(data)
    data.extend(b"".join(_field(1, _entry(*region)) for region in regions))
    data.extend(struct.pack("<Q", directory))
    path.write_bytes(data)


def _entry(name: str, offset: int, length: int) -> bytes:
    """Return one entry of the directory, a protocol buffer: the offset is field 1, the name 2, the length 3."""
    return b"\x08" + _varint(offset) + _field(2, name.encode()) + b"\x18" + _varint(length)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(encoded + bytes([value]))

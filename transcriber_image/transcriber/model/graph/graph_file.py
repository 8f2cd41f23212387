"""The two files a graph comes in: `.pb`, which is the graph, and `.pbmm`, which is made to be mapped into memory.

A `.pbmm` has its large constants first, each at a multiple of 64 bytes, then the graph, then a directory of these
regions, and in the last eight bytes where the directory starts. Source: TensorFlow's memmapped_file_system.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from transcriber.model.graph.protobuf import MOST_PARTS, Message
from transcriber.model.graph.tensorflow_graph import Graph, read_nodes
from transcription.contract.errors import ModelInvalid

_GRAPH = "memmapped_package://."
#: Of the directory, and of an entry in it. Source: memmapped_file_system.proto.
_ENTRY = 1
_OFFSET, _NAME, _LENGTH = 1, 2, 3
_END = struct.Struct("<Q")


def open_graph(path: Path) -> Graph:
    """The nodes of a `.pb` or `.pbmm` file, which stays mapped into memory as long as something of it is in use.

    Raises:
        ModelInvalid: it is damaged.
    """
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise ModelInvalid("it is empty")
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if path.suffix != ".pbmm":
        return Graph(read_nodes(data))
    regions = _regions(data)
    if _GRAPH not in regions:
        raise ModelInvalid("there is no graph in its directory")
    return Graph(read_nodes(regions[_GRAPH]), regions)


def _regions(data: memoryview) -> dict[str, memoryview]:
    directory = _END.unpack(data[-_END.size :])[0] if len(data) >= _END.size else len(data)
    if directory > len(data) - _END.size:
        raise ModelInvalid(
            f"its last eight bytes do not say where its directory is. Is it whole? It has {len(data):,} bytes"
        )
    regions: dict[str, memoryview] = {}
    following = directory
    for entry in reversed(list(Message(data[directory : -_END.size], MOST_PARTS).messages(_ENTRY))):
        name, offset = entry.text(_NAME), entry.integer(_OFFSET)
        if _LENGTH not in entry:  # as TensorFlow's converters wrote it that are older than DeepSpeech 0.9
            raise ModelInvalid(f'its directory does not tell the length of "{name}"')
        length = entry.integer(_LENGTH)
        if not 0 <= offset <= offset + length <= following or name in regions:
            raise ModelInvalid(f'its directory is damaged at "{name}": {length:,} bytes from {offset:,}')
        regions[name] = data[offset : offset + length]
        following = offset
    return regions

"""The two kinds of model files: `.pb`, which contains only the graph, and `.pbmm`, which can be mapped into memory.

A `.pbmm` file contains the large constants, each at a multiple of 64 bytes, then the graph, then a directory of these
regions. The last eight bytes of the file are the offset of the directory. Source: TensorFlow's memmapped_file_system.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from transcriber.model.graph.protobuf import MAX_PARTS, Message
from transcriber.model.graph.tensorflow_graph import Graph, read_nodes
from transcription.contract.errors import ModelInvalid

#: Name of the region that contains the graph.
_GRAPH = "memmapped_package://."
#: Field numbers of the directory and of an entry in it. Source: memmapped_file_system.proto.
_ENTRY = 1
_OFFSET, _NAME, _LENGTH = 1, 2, 3
#: The offset of the directory.
_END = struct.Struct("<Q")


def open_graph(path: Path) -> Graph:
    """Map a `.pb` or `.pbmm` file into memory and read the nodes of its graph.

    The file stays mapped as long as a view of its content is in use.

    Raises:
        ModelInvalid: the file is damaged.
    """
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise ModelInvalid("it is empty")
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if path.suffix != ".pbmm":
        return Graph(read_nodes(data))
    regions = _read_regions(data)
    if _GRAPH not in regions:
        raise ModelInvalid("there is no graph in its directory")
    return Graph(read_nodes(regions[_GRAPH]), regions)


def _read_regions(data: memoryview) -> dict[str, memoryview]:
    """Return the regions of a `.pbmm` file by their names.

    Raises:
        ModelInvalid: the directory is missing or damaged, or two regions overlap.
    """
    directory = _END.unpack(data[-_END.size :])[0] if len(data) >= _END.size else len(data)
    if directory > len(data) - _END.size:
        raise ModelInvalid(
            f"its last eight bytes do not say where its directory is. Is it whole? It has {len(data):,} bytes"
        )
    regions: dict[str, memoryview] = {}
    next_offset = directory
    for entry in reversed(list(Message(data[directory : -_END.size], MAX_PARTS).messages(_ENTRY))):
        name, offset = entry.text(_NAME), entry.integer(_OFFSET)
        if _LENGTH not in entry:  # written by a converter of a TensorFlow older than DeepSpeech 0.9
            raise ModelInvalid(f'its directory does not tell the length of "{name}"')
        length = entry.integer(_LENGTH)
        if not 0 <= offset <= offset + length <= next_offset or name in regions:
            raise ModelInvalid(f'its directory is damaged at "{name}": {length:,} bytes from {offset:,}')
        regions[name] = data[offset : offset + length]
        next_offset = offset
    return regions

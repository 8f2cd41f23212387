"""Copies of a `.pbmm` file with a damaged directory (the list of the file's regions)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.support.transcriber.graph_seeds import END, Seed, replace_item
from tests.support.transcriber.protobuf_fields import decode_fields, encode_fields

#: Numbers at the limits of the types of fields.
EDGE_NUMBERS = (0, 1, 2, 3, 7, 2**16, 2**31 - 1, 2**31, 2**32, 2**62, 2**63, 2**64 - 1)


def redirected(seed: Seed) -> Iterator[tuple[str, bytes]]:
    """Yield a name and the content of files whose directory has another offset or other entries."""
    size, start = len(seed.data), seed.directory
    for value in (*EDGE_NUMBERS, size, size - 7, size - 8, size - 9, start - 1, start + 1, seed.graph[0]):
        yield f"directory at {value}", seed.data[:-8] + END.pack(value)
    for index, region in list(enumerate(seed.regions))[-3:]:
        for at, (number, wire_type, old) in enumerate(decode_fields(region[2])):
            values: Sequence[Any] = (b"", b"memmapped_package://.", b"memmapped_package://layer_1")
            if isinstance(old, int):
                values = (*EDGE_NUMBERS, start, size, old + 1, old - 1)
            for value in values:
                changed = encode_fields(replace_item(decode_fields(region[2]), at, [(number, wire_type, value)]))
                regions = replace_item(seed.regions, index, [(1, 2, changed)])
                yield f"field {number} of region {index} = {value!r}", seed.with_regions(regions)
        without = replace_item(seed.regions, index, [])
        yield f"without region {index}", seed.with_regions(without)
        yield f"region {index} twice", seed.with_regions([*seed.regions, region])
        yield f"region {index} first", seed.with_regions([region, *without])

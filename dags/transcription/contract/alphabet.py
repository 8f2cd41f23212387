"""The alphabet of an acoustic model, as DeepSpeech stores it in the graph."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def unpack_labels(packed: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each label and its letter from an alphabet in DeepSpeech's format.

    The format is the count of labels, then for each label its number, the length of its letter and the letter. The
    count, the numbers and the lengths have 16 bits, little-endian.

    Raises:
        struct.error: the alphabet is cut off.
    """
    (count,) = struct.unpack_from("<H", packed)
    offset = 2
    for _ in range(count):
        label, length = struct.unpack_from("<HH", packed, offset)
        (letter,) = struct.unpack_from(f"{length}s", packed, offset + 4)
        offset += 4 + length
        yield label, letter

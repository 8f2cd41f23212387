"""Numbers in a scorer file, and the errors about parts that are missing or damaged."""

from __future__ import annotations

import struct
from typing import Any, Protocol

from transcription.contract.errors import ModelInvalid


class ScorerDamaged(ModelInvalid):
    """Raised when a scorer is cut short, or a part of it has impossible content. It has the code of its base class."""


class ScorerUnfit(ModelInvalid):
    """Raised when an intact scorer is for another version or another alphabet. It has the code of its base class."""


class Data(Protocol):
    """The content of a file: a `memoryview`, or an object in S3 of which only the slices are read."""

    def __len__(self) -> int:
        """Return the size of the file, in bytes."""

    def __getitem__(self, part: slice) -> Any:
        """Return a part of the content, as an object that `bytes` accepts."""


def numbers(data: Data, offset: int, layout: str, part: str) -> tuple[Any, ...]:
    """Return the numbers at `offset`.

    Args:
        data: the file.
        offset: in bytes.
        layout: their types, as `struct` names them.
        part: what they belong to, for the message.

    Raises:
        ScorerDamaged: the file ends before them.
    """
    size = struct.calcsize(layout)
    require(data, offset, size, part)
    return struct.unpack(layout, data[offset : offset + size])


def require(data: Data, offset: int, size: int, part: str) -> None:
    """Check that a file has `size` bytes at `offset`.

    Raises:
        ScorerDamaged: the file ends before.
    """
    if offset < 0 or size < 0 or offset + size > len(data):
        raise ScorerDamaged(
            f"it has {len(data):,} bytes, and {part} needs {size:,} from byte {offset:,}: the file is cut off"
        )

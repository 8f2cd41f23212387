"""The elements of a WebM or Matroska file. Layout: RFC 8794 (EBML) and RFC 9559 (Matroska)."""

from __future__ import annotations

from typing import BinaryIO, Optional

from transcriber.audio.decoder.errors import truncated

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
#: An element starts with two numbers of up to 4 and 8 bytes.
_HEAD_BYTES = 12


def check(file: BinaryIO, length: int) -> None:
    """Check that all elements are complete. A browser does not know the length of the segment and the clusters.

    Raises:
        AudioTruncated: the last element is incomplete.
    """
    offset = 0
    while offset < length:
        file.seek(offset)
        head = file.read(_HEAD_BYTES)
        identifier, identifier_bytes = _number(head, keep_marker=True)
        size, size_bytes = _number(head[identifier_bytes:], keep_marker=False)
        if identifier_bytes == 0 or size_bytes == 0:
            if len(head) < _HEAD_BYTES and identifier_bytes + size_bytes == 0 and head.strip(b"\0"):
                raise truncated("WebM", length + 1, length)
            return
        offset += identifier_bytes + size_bytes
        if size is not None and offset + size > length:
            raise truncated("WebM", offset + size, length)
        if identifier == _SEGMENT or (identifier == _CLUSTER and size is None):
            continue
        if size is None:
            return
        offset += size


def _number(data: bytes, *, keep_marker: bool) -> tuple[Optional[int], int]:
    """Return the number at the start of `data`, and how many bytes it has.

    The number is `None` if all its bits are set, which stands for an unknown length. An incomplete number has 0 bytes.
    """
    if not data or data[0] == 0:
        return None, 0
    count = 9 - data[0].bit_length()
    if len(data) < count:
        return None, 0
    number = int.from_bytes(data[:count], "big")
    value = number & ((1 << 7 * count) - 1)
    if value == (1 << 7 * count) - 1 and not keep_marker:
        return None, count
    return (number if keep_marker else value), count

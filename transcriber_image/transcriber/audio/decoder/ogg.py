"""The pages of an Ogg file. Layout: RFC 3533, section 6."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEAD_BYTES = 27
_STARTS_STREAM = 2


@dataclass(frozen=True)
class Page:
    """A page of an Ogg file."""

    #: Where the page ends, in bytes; beyond the end of the file if the page is incomplete.
    end: int
    #: Whether all bytes of the page are in the file.
    is_whole: bool
    #: Whether a stream starts with the page.
    starts_stream: bool


def read_pages(file: BinaryIO) -> Iterator[Page]:
    """Yield the pages of a file, up to its end or to something else than a page."""
    length = file.seek(0, io.SEEK_END)
    offset = 0
    while offset < length:
        file.seek(offset)
        head = file.read(_HEAD_BYTES)
        if not head.startswith(b"OggS"[: len(head)]):
            return
        has_head = len(head) == _HEAD_BYTES
        sizes = file.read(head[-1]) if has_head else b""
        offset += _HEAD_BYTES + len(sizes) + sum(sizes)
        is_whole = has_head and len(sizes) == head[-1] and offset <= length
        yield Page(offset, is_whole, has_head and bool(head[5] & _STARTS_STREAM))

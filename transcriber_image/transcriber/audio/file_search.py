"""The search for bytes in a file of any length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

_BLOCK = 2**20


def find_all(file: BinaryIO, pattern: re.Pattern[bytes], longest: int, start: int = 0) -> Iterator[int]:
    """Yield where `pattern` is found in a file, in bytes from the start of the file.

    Args:
        file: the file.
        pattern: what is looked for.
        longest: the most bytes that the pattern can match.
        start: where the search starts, in bytes.
    """
    file.seek(start)
    rest, offset, found = b"", start, -1
    for block in iter(lambda: file.read(_BLOCK), b""):
        content = rest + block
        for match in pattern.finditer(content):
            if offset + match.start() > found:  # what lies in the rest was found before
                found = offset + match.start()
                yield found
        rest = content[1 - longest :]
        offset += len(content) - len(rest)

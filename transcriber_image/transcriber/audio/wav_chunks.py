"""The chunks of a WAV file, also if a program wrote an odd chunk without the pad byte that the format demands.

Chunk layout: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: A WAV file has a handful of chunks. The limit bounds the time that a large file of random bytes takes.
MAX_CHUNKS = 1000
#: A file and each chunk start with a name and the length of what follows, in bytes.
HEAD_BYTES = 8

_FOUR_LETTERS = (
    b"LISTlistbextiXMLaxmlbxmlsxmlchnacartplstlablnoteltxtsmplinstacidstrcfactPEAKDISP_PMXumidmextlevllinkaXMLqltyafsp"
    b"minfelm1elmoregnovwfLGWVSAURSMEDJUNKjunkFLLRdbmdCSETcue id3 ID3 PAD "
)
_FOUR_LETTERS = (
    b"LISTlistbextiXMLaxmlbxmlsxmlchnacartplstlablnoteltxtsmplinstacidstrcfactPEAKDISP_PMXumidmextlevllinkaXMLqltyafsp"
    b"minfelm1elmoregnovwfLGWVSAURSMEDJUNKjunkFLLRdbmdCSETcue id3 ID3 PAD "
)
#: Chunks that describe the audio. Sources: RFC 2361, EBU Tech 3285 and 3306, ITU-R BS.2088, common recorders.
DESCRIBING_NAMES = frozenset(_FOUR_LETTERS[start : start + 4] for start in range(0, len(_FOUR_LETTERS), 4))
_NAMES = DESCRIBING_NAMES | {b"fmt ", b"data", b"ds64", b"RIFF", b"RIFX", b"RF64", b"BW64"}


@dataclass(frozen=True)
class Chunk:
    """The place of a chunk's content in a file."""

    name: bytes
    #: Where the content starts, in bytes from the start of the file.
    offset: int
    #: The length of the content according to the chunk, in bytes.
    size: int

    @property
    def end(self) -> int:
        """Where the content ends, in bytes from the start of the file."""
        return self.offset + self.size


def read_chunks(file: BinaryIO, order: str, offset: int) -> Iterator[Chunk]:
    """Yield the chunks from `offset` on. Before each chunk is yielded, move the file to the content of the chunk.

    Args:
        file: the file.
        order: the byte order, `<` or `>` as in `struct`.
        offset: where the first chunk starts, in bytes from the start of the file.
    """
    for _ in range(MAX_CHUNKS):
        file.seek(offset)
        head = file.read(HEAD_BYTES)
        if len(head) < HEAD_BYTES:
            return
        name, size = struct.unpack(f"{order}4sI", head)
        chunk = Chunk(name, offset + HEAD_BYTES, size)
        yield chunk
        offset = next_offset(file, chunk)


def next_offset(file: BinaryIO, chunk: Chunk) -> int:
    """Return where the chunk after `chunk` starts: at an even distance, unless the pad byte is missing."""
    if chunk.size % 2 == 0:
        return chunk.end
    file.seek(chunk.end)
    return chunk.end + pad_bytes(file.read(5))


def pad_bytes(following: bytes) -> int:
    """Return the number of pad bytes after an odd chunk, 0 or 1.

    Args:
        following: at least five bytes after the content of the chunk, or all that follow.
    """
    without, padded = following[:4], following[1:5]
    if _is_known(without) != _is_known(padded):
        return 0 if _is_known(without) else 1
    return 0 if is_printable(without) and not is_printable(padded) else 1


def is_printable(name: bytes) -> bool:
    """Return whether `name` can be the name of a chunk."""
    return name.isascii() and name.decode().isprintable()


def _is_known(name: bytes) -> bool:
    return name in _NAMES or name[:3] in (b"ID3", b"TAG") or name in (b"APET", b"LYRI")

"""The alphabet of an acoustic model, found in the last part of its `.pbmm` file.

A `.pbmm` file ends with the graph, a directory, and the offset of the directory. In the graph, the alphabet is the
constant `metadata_alphabet`. Sources: TensorFlow's memmapped_file_system, node_def.proto, attr_value.proto and
tensor.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from transcription.contract.alphabet import unpack_labels
from transcription.contract.scorer.file_parts import Data

#: Bytes before the directory in which the graph is sought. DeepSpeech's graphs without their weights have 30,000 bytes.
_MAX_GRAPH_BYTES = 2**20
#: The first fields of the node: its name and its operation.
_NODE = b"\n\x11metadata_alphabet\x12\x05Const"
#: The key of the attribute, and the tags of an attribute's value, of a tensor, and of a tensor's strings.
_KEY, _VALUE, _TENSOR, _STRING = b"\n\x05value", 0x12, 0x42, 0x42
_CONTINUATION = 0x80


def find_alphabet(data: Data) -> tuple[bytes, ...] | None:
    """Return the letter of each label, or None if the alphabet is not where DeepSpeech's exporter puts it.

    Args:
        data: the `.pbmm` file.
    """
    try:
        (directory,) = struct.unpack("<Q", data[max(0, len(data) - 8) : len(data)])
        graph = bytes(data[max(0, directory - _MAX_GRAPH_BYTES) : directory])
        node = graph[graph.rindex(_NODE) :]
        value = _content(node, node.index(_KEY) + len(_KEY), _VALUE)
        tensor = _content(value, 0, _TENSOR)
        return tuple(letter for _, letter in sorted(unpack_labels(_string(tensor))))
    except (ValueError, IndexError, struct.error):
        return None


def _content(data: bytes, offset: int, tag: int) -> bytes:
    """Return the content of the field at `offset`.

    Raises:
        ValueError: the field has another tag than `tag`.
    """
    if data[offset] != tag:
        raise ValueError
    length, start = _varint(data, offset + 1)
    return data[start : start + length]


def _string(tensor: bytes) -> bytes:
    """Return the string of an encoded tensor.

    Raises:
        ValueError: there is none.
    """
    for tag, content in _fields(tensor):
        if tag == _STRING:
            return content
    raise ValueError


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tag and the content of each field; numbers have an empty content."""
    offset = 0
    while offset < len(data):
        tag, content = data[offset], b""
        length, offset = _varint(data, offset + 1)
        if tag & 7 == 2:  # noqa: PLR2004 - the wire type of strings and messages
            content, offset = data[offset : offset + length], offset + length
        yield tag, content


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    """Return the number at `offset`, and the offset after it."""
    number = shift = 0
    while True:
        byte = data[offset]
        number, shift, offset = number | (byte & 0x7F) << shift, shift + 7, offset + 1
        if byte < _CONTINUATION:
            return number, offset

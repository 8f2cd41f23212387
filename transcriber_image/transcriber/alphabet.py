"""The letters that an acoustic model spells with. The `deepspeech` package does not tell them; the graph holds them."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

from transcription.contract.errors import ModelInvalid

#: How the constant starts, in a `.pb` and in a `.pbmm`: a node's fields 1, name, and 2, operation. The name is given by
#: `export` in DeepSpeech's training code.
_NODE = b"\x0a\x11metadata_alphabet\x12\x05Const"
#: In bytes: more than any alphabet takes, whose labels are counted in 16 bits.
_LONGEST = 2**20

#: Field numbers. Source: TensorFlow's node_def.proto, attr_value.proto and tensor.proto; those of an entry in a map are
#: the same everywhere.
_ATTRIBUTE, _TENSOR, _STRING = 5, 8, 8
_KEY, _VALUE = 1, 2
#: The wire type of bytes and of messages. Source: Protocol Buffers, "Encoding".
_DELIMITED = 2


def read_letters(acoustic: Path) -> frozenset[bytes]:
    """The letters of a `.pbmm` or `.pb` file in UTF-8; single bytes where the model was trained to spell in bytes.

    Raises:
        ModelInvalid: the file holds no alphabet.
    """
    with acoustic.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = data.find(_NODE)
        node = data[start : start + _LONGEST] if start >= 0 else b""
    for number, content in _fields(node):
        if number == _ATTRIBUTE:
            entry = dict(_fields(content))
            if entry[_KEY] == b"value":
                tensor = dict(_fields(entry[_VALUE]))[_TENSOR]
                return frozenset(_labels(dict(_fields(tensor))[_STRING]))
    raise ModelInvalid(f"{acoustic} holds no alphabet. Is it a DeepSpeech 0.9 model?")


def _labels(alphabet: bytes) -> Iterator[bytes]:
    """The labels in DeepSpeech's own packing: their count, then number, length and bytes of each."""
    (count,) = struct.unpack_from("<H", alphabet)
    at = 2
    for _ in range(count):
        _, length = struct.unpack_from("<HH", alphabet, at)
        at += 4 + length
        yield alphabet[at - length : at]


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of each field of a protocol buffer that is no plain number."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        length, at = _varint(message, at)  # or the number itself
        if tag & 7 == _DELIMITED:
            yield tag >> 3, message[at : at + length]
            at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, lowest first, and where it ends."""
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | message[at] << shift, at + 1

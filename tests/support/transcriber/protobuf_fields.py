"""A decoder and an encoder of protocol buffers, independent of the code under test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Union

#: Number, wire type and value of a field.
Field = tuple[int, int, Union[int, bytes]]


def decode_fields(message: Any) -> list[Field]:
    """Return all fields of an encoded message, in their order."""
    fields: list[Field] = []
    offset = 0
    while offset < len(message):
        tag, offset = _decode_varint(message, offset)
        if tag & 7 == 0:
            value, offset = _decode_varint(message, offset)
            fields.append((tag >> 3, 0, value))
            continue
        size, offset = _decode_varint(message, offset) if tag & 7 == 2 else ({1: 8, 5: 4}[tag & 7], offset)
        fields.append((tag >> 3, tag & 7, message[offset : offset + size]))
        offset += size
    return fields


def values_by_number(message: bytes) -> dict[int, Any]:
    """Return the values of an encoded message by field number. Of a repeated field, return the last value."""
    return {number: value for number, _, value in decode_fields(message)}


def encode_fields(fields: Iterable[Field]) -> bytes:
    """Return a protobuf message as bytes.

    Args:
        fields: the number, the wire type and the value of each field; see `field`.
    """
    return b"".join(field(number, value, wire_type) for number, wire_type, value in fields)


def field(number: int, value: Union[int, bytes], wire_type: int = 2) -> bytes:
    """Return an encoded field.

    Args:
        number: the field number.
        value: the value: a number, or encoded content.
        wire_type: 0 for a number, 2 for texts, bytes and messages, 5 for an encoded float.
    """
    tag = varint(number << 3 | wire_type)
    if isinstance(value, int):
        return tag + varint(value)
    return tag + (varint(len(value)) if wire_type == 2 else b"") + value


def varint(value: int) -> bytes:
    """Return an encoded integer, in groups of seven bits. A negative integer becomes one of 64 bits."""
    value %= 2**64
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _decode_varint(data: Any, offset: int) -> tuple[int, int]:
    """Return the integer at an offset, and the offset after the integer."""
    value = shift = 0
    while data[offset] & 0x80:
        value |= (data[offset] & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
    return value | data[offset] << shift, offset + 1

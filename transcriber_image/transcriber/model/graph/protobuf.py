"""The decoding of protocol buffers, as far as graphs need it. Source: Protocol Buffers, "Encoding".

The input may be damaged or malicious. Decoding takes time in proportion to the number of bytes, and constant memory:
every length is compared with the number of remaining bytes before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

import numpy as np
import numpy.typing as npt

from transcription.contract.errors import ModelInvalid

#: Wire types: the three lowest bits of a field's tag.
_VARINT, _FIXED_64, _DELIMITED, _FIXED_32 = 0, 1, 2, 5
#: Sizes of the fixed wire types, in bytes.
_SIZES = {_FIXED_64: 8, _FIXED_32: 4}
#: The bit of a varint's byte that says that another byte follows.
_CONTINUATION = 0x80
#: Maximum length of a varint, in bytes. Only its lowest 64 bits count.
_MAX_VARINT_BYTES = 10
_64_BITS = 2**64 - 1
#: Maximum number of fields in a message. Real graphs have fewer, because lists of numbers are packed into one field.
_MAX_FIELDS = 256
#: Maximum number of fields in a graph or directory, which has one for each node or region. DeepSpeech's graphs have
#: about a hundred.
MAX_PARTS = 4096
#: Maximum length of a name, in bytes. TensorFlow's own names have some hundreds at most.
_MAX_NAME_BYTES = 1000

#: The value of a field: a number, or a view of its bytes.
Value = Union[int, memoryview]


class Message:
    """A protobuf message: its fields by number. Nested messages are decoded on demand.

    In all methods, `field` is the number of a field. The methods raise `ModelInvalid` if the field has another type. If
    a field that is not repeated has several values, the last value counts, as the format demands.

    Args:
        data: the encoded message.
        max_fields: the maximum number of fields.

    Raises:
        ModelInvalid: `data` is no protocol buffer, or has more fields than `max_fields`.
    """

    def __init__(self, data: memoryview, max_fields: int = _MAX_FIELDS) -> None:
        self._fields: dict[int, list[Value]] = {}
        for number, value in _decode_fields(data, max_fields):
            self._fields.setdefault(number, []).append(value)

    def integer(self, field: int, default: int = 0) -> int:
        """Return a field as a signed integer, or `default` if it is missing."""
        value = self._fields.get(field, [default])[-1]
        if isinstance(value, memoryview):
            raise _damaged(f"field {field} is no number")
        return _to_signed(value)

    def single(self, field: int, default: float) -> float:
        """Return a field as a float of 32 bits, or `default` if it is missing."""
        return float(self.floats(field)[-1:].sum()) if field in self else default

    def content(self, field: int) -> memoryview:
        """Return the bytes of a field, or no bytes if it is missing."""
        return self.contents(field)[-1] if field in self else memoryview(b"")

    def contents(self, field: int) -> list[memoryview]:
        """Return the bytes of all values of a repeated field."""
        values = self._fields.get(field, [])
        views = [value for value in values if isinstance(value, memoryview)]
        if len(views) < len(values):
            raise _damaged(f"field {field} is a number")
        return views

    def text(self, field: int) -> str:
        """Return a field as text, or an empty text if it is missing."""
        return (self.texts(field) or [""])[-1]

    def texts(self, field: int) -> list[str]:
        """Return all values of a repeated field as text."""
        views = self.contents(field)
        if any(len(view) > _MAX_NAME_BYTES for view in views):
            raise _damaged(f"a name has {max(map(len, views)):,} bytes")
        return [str(view, "utf-8", "replace") for view in views]

    def message(self, field: int) -> Message:
        """Return a field as a nested message, or an empty message if it is missing."""
        return Message(self.content(field))

    def messages(self, field: int) -> Iterator[Message]:
        """Yield all values of a repeated field as nested messages."""
        return map(Message, self.contents(field))

    def floats(self, field: int) -> npt.NDArray[np.float32]:
        """Return all values of a repeated field as floats of 32 bits. The field may be packed into one value or not.

        The array of a packed field is not a copy, but a view of the message.
        """
        views = self.contents(field)
        if any(len(view) % 4 for view in views):
            raise _damaged(f"field {field} holds a part of a float")
        data = views[0] if len(views) == 1 else b"".join(views)
        return np.frombuffer(data, "<f4")

    def integers(self, field: int, maximum: int) -> list[int]:
        """Return all values of a repeated field as signed integers. The field may be packed into one value or not.

        Args:
            field: the number of the field.
            maximum: the maximum count of values.

        Raises:
            ModelInvalid: the field has more values.
        """
        numbers: list[int] = []
        for value in self._fields.get(field, []):
            for number in [value] if isinstance(value, int) else _decode_varints(value):
                if len(numbers) == maximum:
                    raise _damaged(f"field {field} has more than {maximum} numbers")
                numbers.append(_to_signed(number))
        return numbers

    def __contains__(self, field: int) -> bool:
        return field in self._fields


def _decode_fields(data: memoryview, max_fields: int) -> Iterator[tuple[int, Value]]:
    """Yield the number and the value of each field.

    Raises:
        ModelInvalid: `data` is no protocol buffer, or has more fields than `max_fields`.
    """
    offset = 0
    for _ in range(max_fields):
        if offset == len(data):
            return
        tag, offset = _decode_varint(data, offset)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            value, offset = _decode_varint(data, offset)
            yield number, value
            continue
        if wire_type == _DELIMITED:
            size, offset = _decode_varint(data, offset)
        elif wire_type in _SIZES:
            size = _SIZES[wire_type]
        else:
            raise _damaged(f"there is no wire type {wire_type}")
        if not number or size > len(data) - offset:
            raise _damaged(f"field {number} is to have {size:,} bytes, and {len(data) - offset:,} are left")
        yield number, data[offset : offset + size]
        offset += size
    if offset < len(data):
        raise _damaged(f"a message has more than {max_fields:,} fields")


def _decode_varints(data: memoryview) -> Iterator[int]:
    offset = 0
    while offset < len(data):
        value, offset = _decode_varint(data, offset)
        yield value


def _decode_varint(data: memoryview, offset: int) -> tuple[int, int]:
    """Decode the integer at `offset`, which is stored in groups of seven bits, the lowest first.

    Returns:
        The integer, and the offset of the byte after it.

    Raises:
        ModelInvalid: the integer has no end.
    """
    if offset < len(data) and data[offset] < _CONTINUATION:
        return data[offset], offset + 1
    value = 0
    for index, byte in enumerate(data[offset : offset + _MAX_VARINT_BYTES]):
        value |= (byte & 0x7F) << 7 * index
        if byte < _CONTINUATION:
            return value & _64_BITS, offset + index + 1
    raise _damaged("a number has no end")


def _to_signed(value: int) -> int:
    """Return the signed integer that 64 bits represent as two's complement."""
    return value - 2**64 if value >> 63 else value


def _damaged(reason: str) -> ModelInvalid:
    return ModelInvalid(f"its protocol buffers are damaged: {reason}")

"""Protocol buffers, as far as a graph needs them. Source: Protocol Buffers, "Encoding".

Whatever bytes come, a message is read in time that grows with their number, in memory that does not, and no length that
they promise is believed before it was compared with what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

import numpy as np
import numpy.typing as npt

from transcription.contract.errors import ModelInvalid

#: How a field is written, by the three lowest bits of its tag.
_VARINT, _FIXED_64, _DELIMITED, _FIXED_32 = 0, 1, 2, 5
_SIZES = {_FIXED_64: 8, _FIXED_32: 4}
#: The bit that says that more bytes of a number follow: at most ten in all, of which 64 bits count.
_MORE = 0x80
_LONGEST_VARINT = 10
_64_BITS = 2**64 - 1
#: More than a message in any graph has, whose numbers are packed into one field.
_MOST_FIELDS = 256
#: Of the outermost, which has one for each node or region: DeepSpeech's graphs have about a hundred.
MOST_PARTS = 4096

#: In bytes: TensorFlow's own are some hundreds at the most.
_LONGEST_NAME = 1000

Value = Union[int, memoryview]


class Message:
    """The fields of a protocol buffer by number, with all values that each was given: a number, or a view of bytes."""

    def __init__(self, data: memoryview, most: int = _MOST_FIELDS) -> None:
        """Read its own fields, of which it may have so many; messages within it are read when they are asked for.

        Raises:
            ModelInvalid: these bytes are no protocol buffer, or one with more fields.
        """
        self._fields: dict[int, list[Value]] = {}
        for number, value in _fields(data, most):
            self._fields.setdefault(number, []).append(value)

    def integer(self, field: int, default: int = 0) -> int:
        """A number, signed; of several the last, as the format demands."""
        value = self._fields.get(field, [default])[-1]
        if isinstance(value, memoryview):
            raise _damaged(f"field {field} is no number")
        return _signed(value)

    def single(self, field: int, default: float) -> float:
        """A float of 32 bits; of several the last."""
        return float(self.floats(field)[-1:].sum()) if field in self else default

    def content(self, field: int) -> memoryview:
        """Bytes, none if the field is missing; of several the last."""
        return self.contents(field)[-1] if field in self else memoryview(b"")

    def contents(self, field: int) -> list[memoryview]:
        """All bytes given for a field."""
        values = self._fields.get(field, [])
        views = [each for each in values if isinstance(each, memoryview)]
        if len(views) < len(values):
            raise _damaged(f"field {field} is a number")
        return views

    def text(self, field: int) -> str:
        """What a name says; of several the last."""
        return (self.texts(field) or [""])[-1]

    def texts(self, field: int) -> list[str]:
        """What all names given for a field say."""
        views = self.contents(field)
        if any(len(each) > _LONGEST_NAME for each in views):
            raise _damaged(f"a name has {max(map(len, views)):,} bytes")
        return [str(each, "utf-8", "replace") for each in views]

    def message(self, field: int) -> Message:
        """A message within this one, empty if it is missing."""
        return Message(self.content(field))

    def messages(self, field: int) -> Iterator[Message]:
        """All messages given for a field."""
        return map(Message, self.contents(field))

    def floats(self, field: int) -> npt.NDArray[np.float32]:
        """Floats of 32 bits, packed or one by one; a view of them where they lie in one piece."""
        views = self.contents(field)
        if any(len(each) % 4 for each in views):
            raise _damaged(f"field {field} holds a part of a float")
        data = views[0] if len(views) == 1 else b"".join(views)
        return np.frombuffer(data, "<f4")

    def integers(self, field: int, most: int) -> list[int]:
        """Numbers, packed or one by one, of which there may be so many."""
        found: list[int] = []
        for value in self._fields.get(field, []):
            for number in [value] if isinstance(value, int) else _varints(value):
                if len(found) == most:
                    raise _damaged(f"field {field} has more than {most} numbers")
                found.append(_signed(number))
        return found

    def __contains__(self, field: int) -> bool:
        return field in self._fields


def _fields(data: memoryview, most: int) -> Iterator[tuple[int, Value]]:
    at = 0
    for _ in range(most):
        if at == len(data):
            return
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == _DELIMITED:
            size, at = _varint(data, at)
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:
            raise _damaged(f"there is no wire type {kind}")
        if not number or size > len(data) - at:
            raise _damaged(f"field {number} is to have {size:,} bytes, and {len(data) - at:,} are left")
        yield number, data[at : at + size]
        at += size
    if at < len(data):
        raise _damaged(f"a message has more than {most:,} fields")


def _varints(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, lowest first, and where it ends."""
    if at < len(data) and data[at] < _MORE:
        return data[at], at + 1
    value = 0
    for shift, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * shift
        if byte < _MORE:
            return value & _64_BITS, at + shift + 1
    raise _damaged("a number has no end")


def _signed(value: int) -> int:
    """A number of 64 bits as two's complement."""
    return value - 2**64 if value >> 63 else value


def _damaged(reason: str) -> ModelInvalid:
    return ModelInvalid(f"its protocol buffers are damaged: {reason}")

"""The values of constants: in the graph, or in a region of the file.

Field numbers and types are those of TensorFlow's tensor.proto and types.proto.
"""

from __future__ import annotations

import math
from typing import Optional

import numpy as np
import numpy.typing as npt

from transcriber.model.graph.protobuf import Message
from transcriber.model.graph.tensorflow_graph import SHAPE, STRING, TENSOR, TYPE, Graph, Node, sizes
from transcription.contract.errors import GraphUnsupported, ModelInvalid

Floats = npt.NDArray[np.float32]

#: Of a tensor.
_TYPE, _SHAPE, _CONTENT, _FLOATS, _INTEGERS, _STRINGS = 1, 2, 4, 5, 7, 8
_FLOAT, _INTEGER, _TEXT = 1, 3, 7
_TYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 6: "int8", 7: "string", 9: "int64", 10: "bool",
    14: "bfloat16", 19: "float16",
}  # fmt: skip
#: Numbers in one tensor, where the LSTM of the official model has 2**25, and its dimensions.
_MOST, _MOST_DIMENSIONS = 2**28, 8
#: Of a shape, or whatever else is told in integers.
_MOST_INTEGERS = 16
#: Of a string: more than any alphabet takes, whose labels are counted in 16 bits.
_LONGEST_TEXT = 2**20
#: Of a tensor that gives fewer numbers than it has, since the last one is repeated; TensorFlow shortens small ones so.
_MOST_REPEATED = 2**20


def floats(graph: Graph, node: Node) -> Floats:
    """A constant of 32-bit floats, without a copy where it is aligned in the file; it cannot be written to.

    Raises:
        GraphUnsupported: it is no constant, or one of another type.
        ModelInvalid: it is damaged, or holds a number that is none.
    """
    if node.operation == "ImmutableConst":
        return _shaped(node, np.frombuffer(_region(graph, node), "<f4"), node.shape())
    tensor = _constant(node, _FLOAT)
    content = tensor.content(_CONTENT)
    if content.nbytes % 4:
        raise ModelInvalid(f"{node} holds a part of a float")
    given = np.frombuffer(content, "<f4") if content else tensor.floats(_FLOATS)
    return _shaped(node, given, sizes(tensor.message(_SHAPE)))


def integers(node: Node) -> list[int]:
    """A short constant of 32-bit integers, whatever its shape.

    Raises:
        GraphUnsupported: it is no constant, or one of another type.
        ModelInvalid: it is damaged.
    """
    tensor = _constant(node, _INTEGER)
    content = tensor.content(_CONTENT)
    if content.nbytes % 4:
        raise ModelInvalid(f"{node} holds a part of an integer")
    shape = sizes(tensor.message(_SHAPE))
    count = _count(shape)
    if count is None or count > _MOST_INTEGERS or content.nbytes > 4 * count:
        raise ModelInvalid(f"{node} is of the shape {shape}, and has {content.nbytes} bytes")
    given = np.frombuffer(content, "<i4").tolist() if content else tensor.integers(_INTEGERS, count)
    return list(map(int, given)) + (given[-1:] or [0]) * (count - len(given))


def text(node: Node) -> bytes:
    """A constant that is one string of bytes.

    Raises:
        GraphUnsupported: it is no constant, or one of another type.
        ModelInvalid: it holds no string.
    """
    strings = _constant(node, _TEXT).contents(_STRINGS)
    if len(strings) != 1 or len(strings[0]) > _LONGEST_TEXT:
        raise ModelInvalid(f"{node} holds {len(strings)} strings of {sum(map(len, strings)):,} bytes instead of one")
    return bytes(strings[0])


def _constant(node: Node, kind: int) -> Message:
    if node.operation != "Const":
        raise GraphUnsupported(f"{node} is no constant")
    tensor = node.attribute("value").message(TENSOR)
    _check_type(node, tensor.integer(_TYPE), kind)
    return tensor


def _region(graph: Graph, node: Node) -> memoryview:
    name = node.attribute("memory_region_name").text(STRING)
    _check_type(node, node.attribute("dtype").integer(TYPE), _FLOAT)
    if name not in graph.regions:
        raise ModelInvalid(f'{node} lies in "{name}", which the file does not have')
    content, count = graph.regions[name], _count(node.shape())
    # TensorFlow maps what the shape asks for, and lets the region be longer.
    if SHAPE not in node.attribute("shape") or count is None or content.nbytes < 4 * count:
        raise ModelInvalid(f"{node} has the shape {node.shape()}, and its region {content.nbytes:,} bytes")
    return content[: 4 * count]


def _check_type(node: Node, kind: int, wanted: int) -> None:
    if kind != wanted:
        raise GraphUnsupported(f"{node} is of type {_TYPES.get(kind, kind)} instead of {_TYPES[wanted]}")


def _shaped(node: Node, given: Floats, shape: Optional[tuple[int, ...]]) -> Floats:
    """Numbers in their shape; where some are missing, the last one is repeated, as TensorFlow does."""
    count = _count(shape)
    if shape is None or count is None or len(given) > count:
        raise ModelInvalid(f"{node} has {len(given):,} numbers for the shape {shape}")
    if len(given) and not (np.isfinite(given.min()) and np.isfinite(given.max())):
        raise ModelInvalid(f"{node} holds a number that is not finite")
    if len(given) < count:
        last = given[-1] if len(given) else np.float32(0)
        if len(given) <= 1:
            return np.broadcast_to(last, shape)
        if count > _MOST_REPEATED:
            raise ModelInvalid(f"{node} gives {len(given):,} numbers of {count:,}")
        given = np.concatenate([given, np.full(count - len(given), last)])
    array = np.require(given, np.float32, "A").reshape(shape)
    array.flags.writeable = False
    return array


def _count(shape: Optional[tuple[int, ...]]) -> Optional[int]:
    """How many numbers a shape has room for, unless it is open, or has none or too many."""
    if shape is None or len(shape) > _MOST_DIMENSIONS or not 0 < math.prod(shape) <= _MOST or min(shape, default=1) < 0:
        return None
    return math.prod(shape)

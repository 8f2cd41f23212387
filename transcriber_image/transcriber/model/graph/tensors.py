"""The values of constants, which are stored in the graph or in a region of the file.

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

#: Field numbers in a tensor.
_TYPE, _SHAPE, _CONTENT, _FLOATS, _INTEGERS, _STRINGS = 1, 2, 4, 5, 7, 8
#: Numbers of the types that are read.
_FLOAT, _INTEGER, _TEXT = 1, 3, 7
#: Names of types by number, for messages.
_TYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 6: "int8", 7: "string", 9: "int64", 10: "bool",
    14: "bfloat16", 19: "float16",
}  # fmt: skip
#: Maximum number of elements of a tensor, and of its dimensions. The LSTM of the official model has 2**25 elements.
_MAX_ELEMENTS, _MAX_DIMENSIONS = 2**28, 8
#: Maximum number of elements of a tensor of integers, such as a shape.
_MAX_INTEGERS = 16
#: Maximum length of a string, in bytes. The alphabet is the longest; its labels and lengths are counted in 16 bits.
_MAX_TEXT_BYTES = 2**20
#: Maximum number of elements of a tensor that is stored as a prefix plus a repeated last value. TensorFlow stores only
#: small tensors in this form.
_MAX_REPEATED = 2**20


def floats(graph: Graph, node: Node) -> Floats:
    """Read a constant of 32-bit floats.

    Returns:
        A read-only array. If the constant is aligned in the file, the array is a view of the file; otherwise it is a
        copy.

    Raises:
        GraphUnsupported: the node is no constant, or the constant has another type.
        ModelInvalid: the constant is damaged, or contains a number that is not finite.
    """
    if node.operation == "ImmutableConst":
        return _reshape(node, np.frombuffer(_read_region(graph, node), "<f4"), node.shape())
    tensor = _read_constant(node, _FLOAT)
    content = tensor.content(_CONTENT)
    if content.nbytes % 4:
        raise ModelInvalid(f"{node} holds a part of a float")
    values = np.frombuffer(content, "<f4") if content else tensor.floats(_FLOATS)
    return _reshape(node, values, sizes(tensor.message(_SHAPE)))


def stored_floats(graph: Graph, node: Node) -> memoryview:
    """Return the bytes of a constant of 32-bit floats, as a view of the file.

    Raises:
        GraphUnsupported: the node is no constant, the constant has another type, or the file does not contain each
            number of the constant once, in order.
        ModelInvalid: the constant is damaged.
    """
    if node.operation == "ImmutableConst":
        return _read_region(graph, node)
    tensor = _read_constant(node, _FLOAT)
    content, count = tensor.content(_CONTENT), _count_elements(sizes(tensor.message(_SHAPE)))
    if count is None or content.nbytes != 4 * count:
        raise GraphUnsupported(f"{node} is stored in a short form: {content.nbytes:,} bytes for {count} numbers")
    return content


def integers(node: Node) -> list[int]:
    """Read a short constant of 32-bit integers of any shape, as a flat list.

    Raises:
        GraphUnsupported: the node is no constant, or the constant has another type.
        ModelInvalid: the constant is damaged or too long.
    """
    tensor = _read_constant(node, _INTEGER)
    content = tensor.content(_CONTENT)
    if content.nbytes % 4:
        raise ModelInvalid(f"{node} holds a part of an integer")
    shape = sizes(tensor.message(_SHAPE))
    count = _count_elements(shape)
    if count is None or count > _MAX_INTEGERS or content.nbytes > 4 * count:
        raise ModelInvalid(f"{node} is of the shape {shape}, and has {content.nbytes} bytes")
    values = np.frombuffer(content, "<i4").tolist() if content else tensor.integers(_INTEGERS, count)
    return list(map(int, values)) + (values[-1:] or [0]) * (count - len(values))


def text(node: Node) -> bytes:
    """Read a constant that is one string, and return its bytes.

    Raises:
        GraphUnsupported: the node is no constant, or the constant has another type.
        ModelInvalid: the constant does not contain exactly one string, or the string is too long.
    """
    strings = _read_constant(node, _TEXT).contents(_STRINGS)
    if len(strings) != 1 or len(strings[0]) > _MAX_TEXT_BYTES:
        raise ModelInvalid(f"{node} holds {len(strings)} strings of {sum(map(len, strings)):,} bytes instead of one")
    return bytes(strings[0])


def _read_constant(node: Node, expected_type: int) -> Message:
    """Return the encoded tensor of a constant that is stored in the graph.

    Raises:
        GraphUnsupported: the node is no constant, or the constant has another type.
    """
    if node.operation != "Const":
        raise GraphUnsupported(f"{node} is no constant")
    tensor = node.attribute("value").message(TENSOR)
    _check_type(node, tensor.integer(_TYPE), expected_type)
    return tensor


def _read_region(graph: Graph, node: Node) -> memoryview:
    """Return the bytes of a constant of floats that is stored in a region of the file.

    Raises:
        GraphUnsupported: the constant has another type.
        ModelInvalid: there is no such region, or it is too short for the shape of the constant.
    """
    name = node.attribute("memory_region_name").text(STRING)
    _check_type(node, node.attribute("dtype").integer(TYPE), _FLOAT)
    if name not in graph.regions:
        raise ModelInvalid(f'{node} lies in "{name}", which the file does not have')
    content, count = graph.regions[name], _count_elements(node.shape())
    # The region may be longer than the shape needs, as in TensorFlow.
    if SHAPE not in node.attribute("shape") or count is None or content.nbytes < 4 * count:
        raise ModelInvalid(f"{node} has the shape {node.shape()}, and its region {content.nbytes:,} bytes")
    return content[: 4 * count]


def _check_type(node: Node, actual: int, expected: int) -> None:
    if actual != expected:
        raise GraphUnsupported(f"{node} is of type {_TYPES.get(actual, actual)} instead of {_TYPES[expected]}")


def _reshape(node: Node, values: Floats, shape: Optional[tuple[int, ...]]) -> Floats:
    """Return `values` as a read-only array of the shape `shape`.

    If there are too few values, repeat the last one, as TensorFlow does. `node` is the constant, for messages.

    Raises:
        ModelInvalid: the shape is impossible, there are too many or far too few values, or a value is not finite.
    """
    count = _count_elements(shape)
    if shape is None or count is None or len(values) > count:
        raise ModelInvalid(f"{node} has {len(values):,} numbers for the shape {shape}")
    if len(values) and not (np.isfinite(values.min()) and np.isfinite(values.max())):
        raise ModelInvalid(f"{node} holds a number that is not finite")
    if len(values) < count:
        last = values[-1] if len(values) else np.float32(0)
        if len(values) <= 1:
            return np.broadcast_to(last, shape)
        if count > _MAX_REPEATED:
            raise ModelInvalid(f"{node} gives {len(values):,} numbers of {count:,}")
        values = np.concatenate([values, np.full(count - len(values), last)])
    array = np.require(values, np.float32, "A").reshape(shape)
    array.flags.writeable = False
    return array


def _count_elements(shape: Optional[tuple[int, ...]]) -> Optional[int]:
    """Return the number of elements of a shape, or `None` if the shape is unknown, empty or too large."""
    if (
        shape is None
        or len(shape) > _MAX_DIMENSIONS
        or not 0 < math.prod(shape) <= _MAX_ELEMENTS
        or min(shape, default=1) < 0
    ):
        return None
    return math.prod(shape)

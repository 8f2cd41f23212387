"""Model files on which a careless reader would spend much time or memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tests.support.transcriber.graph_seeds import Seed
from tests.support.transcriber.protobuf_fields import Field, decode_fields, encode_fields, field, values_by_number

#: Dimensions whose product is 0, although the product of the other three exceeds 64 bits.
_EMPTY_SHAPE = field(2, b"") + field(2, field(1, 2**31 - 1, 0)) * 3


def oversized(seed: Seed) -> Iterator[tuple[str, bytes]]:
    """Yield a name and the content of files with deep nesting, many fields, long names, loops or huge tensors."""
    nodes = seed.nodes
    yield "messages in messages", seed.with_nodes(nodes, field(1, field(5, _nested(5000))))
    yield "a million fields", seed.with_nodes(nodes, b"\x18\x01" * 2**20)
    yield "many nodes", seed.with_nodes(nodes, b"\x0a\x00" * 2**19)
    yield "many inputs", seed.with_nodes(nodes, field(1, field(1, b"a") + b"\x1a\x00" * 2**19))
    yield "a loop", seed.with_nodes([_with_input(node, b"logits", b"x") for node in nodes], _identity(b"x", b"x"))
    yield "a long name", seed.with_nodes(nodes, field(1, field(1, b"a" * 2**24)))
    yield "a long input", seed.with_nodes([_with_input(node, b"logits", b"a" * 2**24) for node in nodes])
    alphabet = field(8, b"\x08\x07" + field(8, b"\xff\xff" + b"\0\0\1\0a" * 2**22))
    yield "a long alphabet", seed.with_constant(b"metadata_alphabet", alphabet)
    for number, values in ((4, b"\6\0\0\0" * 2**22), (7, b"\6" * 2**22)):
        version = field(8, b"\x08\x03" + field(2, field(2, field(1, 2**22, 0))) + field(number, values))
        yield f"many numbers in field {number}", seed.with_constant(b"metadata_version", version)
    for size, rank in ((2**14, 2), (2**20, 2), (2**28, 1), (2**28, 2), (2**31 - 1, 2), (1, 40), (0, 2)):
        # The tensor stores one number, which is repeated for all elements.
        shape = field(2, field(1, size, 0)) * rank
        tensors = b"\x08\x01" + field(2, shape) + b"\x2d\0\0\x80\x3f", b"\x08\x01" + field(2, shape + _EMPTY_SHAPE)
        names = (b"layer_1/weights", b"layer_5/weights", b"layer_5_weights", b"layer_6_bias")
        for name, tensor in product(names, tensors):
            yield f"{name!r} of {size} ** {rank}", seed.with_constant(name, field(8, tensor))


def _nested(levels: int) -> bytes:
    message = b""
    for _ in range(levels):
        message = field(1, message)
    return message


def _identity(name: bytes, source: bytes) -> bytes:
    """Return an encoded node with the operation Identity and the input `source`."""
    return field(1, field(1, name) + field(2, b"Identity") + field(3, source))


def _with_input(node: Field, name: bytes, source: bytes) -> Field:
    """Return a node with `source` in place of all inputs if the node has the name `name`, else the unchanged node."""
    fields = decode_fields(node[2])
    if values_by_number(node[2]).get(1) != name:
        return node
    changed = ((number, wire_type, source if number == 3 else value) for number, wire_type, value in fields)
    return node[0], 2, encode_fields(changed)

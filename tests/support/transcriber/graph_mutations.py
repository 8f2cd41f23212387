"""Mutants: copies of model files that are damaged in many ways. Each call makes the same mutants."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.support.transcriber.graph_seeds import NESTED, FieldPosition, Seed, find_fields, replace_item
from tests.support.transcriber.oversized_graphs import oversized
from tests.support.transcriber.protobuf_fields import (
    Field,
    decode_fields,
    encode_fields,
    field,
    values_by_number,
    varint,
)
from tests.support.transcriber.region_mutations import EDGE_NUMBERS, redirected

_EDGE_BYTES = (0, 1, 0x7F, 0x80, 0xFF)
_OPERATIONS = (b"Const", b"ImmutableConst", b"Identity", b"Placeholder", b"BlockLSTM", b"Mul", b"MatMul", b"Reshape")

#: A description of the damage, and the damaged file.
Mutant = tuple[str, bytes]


def mutants(seed: Seed) -> Iterator[Mutant]:
    """Yield all mutants of a model file, each once."""
    seen = {hash(seed.data)}
    for name, data in _all_mutants(seed, random.Random(len(seed.data))):  # noqa: S311 - the same in every run
        if hash(data) not in seen:
            seen.add(hash(data))
            yield name, data


def _all_mutants(seed: Seed, rng: random.Random) -> Iterator[Mutant]:
    kinds = (
        _truncate,
        _overwrite_byte,
        _replace_number,
        _rewire_node,
        _replace_field,
        _resize,
        _change_wire_type,
        _move_part,
        _garble,
    )
    for _ in range(seed.count):
        for kind in kinds:
            yield kind(seed, rng)
    for length in range(17):
        yield f"the first {length} bytes", seed.data[:length]
        yield f"all but the last {length} bytes", seed.data[: len(seed.data) - length]
    yield from oversized(seed)
    if seed.regions:
        yield from redirected(seed)


def _truncate(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file without its end."""
    position = rng.choice(seed.positions)
    end = rng.choice(
        (position.tag, position.size, position.content, position.end, rng.randrange(len(seed.data))),
    )
    return f"cut before byte {end}", seed.data[:end]


def _overwrite_byte(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file with another byte in a field."""
    position = rng.choice(seed.positions)
    offset = rng.choice((position.tag, position.size, rng.randrange(position.tag, position.end)))
    value = rng.choice((*_EDGE_BYTES, seed.data[offset] ^ 1 << rng.randrange(8)))
    return f"byte {offset} = {value:#x}", _splice(seed.data, offset, offset + 1, bytes([value]))


def _replace_number(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file with another length or number in a field. The lengths around the field are not adapted."""
    position = rng.choice(seed.positions)
    new = rng.choice((varint(rng.choice(EDGE_NUMBERS)), b"\xff" * rng.choice((1, 3, 9, 10, 11, 300))))
    return f"{new.hex()} for the number at {position.size}", _splice(seed.data, position.size, position.content, new)


def _rewire_node(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file with another name, operation or input of a node. The graph can be decoded."""
    index, fields = _choose_node(seed, rng)
    name = values_by_number(seed.nodes[_choose_node(seed, rng)[0]][2])[1]
    at = rng.randrange(sum(number in (1, 2, 3) for number, _, _ in fields))
    number, _, old = fields[at]
    own_name = values_by_number(seed.nodes[index][2])[1]
    inputs = (name, name, name + b":1", own_name, b"^logits", b"gone", b"a:99999", b"")
    value = rng.choice({1: (name, b"logits", b""), 2: _OPERATIONS, 3: inputs}[number])
    changed = replace_item(fields, at, [(number, 2, value)])
    return f"{value!r} for {old!r} in node {index}", seed.with_node(index, changed)


def _replace_field(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file without a node, or with a node's field removed, doubled or replaced. The graph can be decoded."""
    index, fields = _choose_node(seed, rng)
    at = rng.randrange(len(fields))
    other = rng.choice(_choose_node(seed, rng)[1])
    name, replacement = rng.choice((("without", []), ("twice", [fields[at]] * 2), ("another for", [other])))
    if rng.random() < 0.1:
        return f"without node {index}", seed.with_nodes(replace_item(seed.nodes, index, []))
    return f"{name} field {at} of node {index}", seed.with_node(index, replace_item(fields, at, replacement))


def _resize(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file with another size, type or setting of a node. The graph can be decoded."""
    index, _ = _choose_node(seed, rng)
    node = bytes(seed.nodes[index][2])
    positions = find_fields(node, "node", 0, len(node))
    numbers = [position for position in positions if position.content == position.end] or [FieldPosition(0, 0, 0, 0)]
    offset, value = rng.choice(numbers).size, rng.choice(EDGE_NUMBERS)
    changed = decode_fields(_with_number(node, offset, value, "node"))
    return f"{value} at {offset} of node {index}", seed.with_node(index, changed)


def _change_wire_type(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file with another wire type or content in a node's field, or in a field inside a node's attribute.

    The graph can be decoded.
    """
    index, fields = _choose_node(seed, rng)
    at = rng.randrange(len(fields))
    parts = decode_fields(fields[at][2]) if fields[at][0] == 5 else fields
    inner = rng.randrange(len(parts) or 1)
    number = rng.choice((parts[inner][0], rng.randrange(1, 12)))
    value = rng.choice(
        ((0, rng.choice(EDGE_NUMBERS)), (1, bytes(8)), (2, b""), (2, b"abc"), (2, b"\xff" * 9), (5, bytes(4)))
    )
    changed = replace_item(parts, inner, [(number, *value)])
    if parts is not fields:
        if parts[inner][0] == 2:
            wrapped = decode_fields(parts[inner][2])
            innermost = rng.randrange(len(wrapped) or 1)
            content = encode_fields(replace_item(wrapped, innermost, [(number, *value)]))
            changed = replace_item(parts, inner, [(2, 2, content)])
        changed = replace_item(fields, at, [(5, 2, encode_fields(changed))])
    return f"{value} in field {at} of node {index}", seed.with_node(index, changed)


def _move_part(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file with a part removed, or with another part or random bytes in its place or in front of it."""
    first, second = rng.choice(seed.positions), rng.choice(seed.positions)
    part = rng.choice((b"", seed.data[second.tag : second.end], rng.randbytes(rng.choice((1, 2, 8, 100)))))
    end = rng.choice((first.tag, first.end))
    return f"{len(part)} bytes at {first.tag} to {end}", _splice(seed.data, first.tag, end, part)


def _garble(seed: Seed, rng: random.Random) -> Mutant:
    """Return the file with one to five random bytes, or a file of random bytes only."""
    if rng.random() < 0.1:
        data = rng.randbytes(rng.randrange(1, 500))
        return f"garbage {data[:8].hex()}", data
    mutant, offsets = bytearray(seed.data), []
    for _ in range(rng.randrange(1, 6)):
        offsets.append(rng.randrange(len(mutant)))
        mutant[offsets[-1]] = rng.randrange(256)
    return f"random bytes at {offsets}", bytes(mutant)


def _choose_node(seed: Seed, rng: random.Random) -> tuple[int, list[Field]]:
    """Return the index and the fields of a random node."""
    index = rng.choice([index for index, (number, _, _) in enumerate(seed.nodes) if number == 1])
    return index, decode_fields(seed.nodes[index][2])


def _with_number(data: bytes, offset: int, number: int, message: str) -> bytes:
    """Return an encoded message with another number, and with correct lengths of the messages around the number.

    Args:
        data: the encoded message.
        offset: the position of the number in `data`.
        number: the new number.
        message: the name of the message, as in `NESTED`.
    """
    fields: list[Field] = []
    start = 0
    for field_number, wire_type, value in decode_fields(data):
        end = start + len(field(field_number, value, wire_type))
        nested = NESTED.get(message, {}).get(field_number)
        if isinstance(value, int):
            fields.append((field_number, wire_type, number if start < offset < end else value))
        elif nested and start < offset < end:
            content = end - len(value)
            changed = _with_number(value, offset - content, number, nested) if offset > content else value
            fields.append((field_number, wire_type, changed))
        else:
            fields.append((field_number, wire_type, value))
        start = end
    return encode_fields(fields)


def _splice(data: bytes, start: int, end: int, replacement: bytes) -> bytes:
    return data[:start] + replacement + data[end:]

"""What a graph tells its client in constants, which the client finds by their names.

Source: TFModelState::init in DeepSpeech's native_client/tfmodelstate.cc.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from transcriber.model.graph import tensors
from transcriber.model.graph.tensorflow_graph import Graph
from transcription.contract.errors import GraphUnsupported, ModelInvalid

#: What DeepSpeech 0.9 writes and asks for.
VERSION = 6
#: In milliseconds; longer frames would hold more than one sound.
_LONGEST = 1000


@dataclass(frozen=True)
class Metadata:
    """The constants, but for the version, which is always the same, and the language, which nothing depends on."""

    sample_rate: int
    #: In samples.
    window: int
    step: int
    beam_width: int
    labels: tuple[bytes, ...]


def read_metadata(graph: Graph) -> Metadata:
    """All of it.

    Raises:
        GraphUnsupported: the graph is of another version, or a constant is missing.
        ModelInvalid: a constant cannot be right.
    """
    version = _number(graph, "version")
    if version != VERSION:
        raise GraphUnsupported(f"it is of version {version}, and DeepSpeech 0.9's graphs are of version {VERSION}")
    sample_rate = _number(graph, "sample_rate")
    window, step = (_number(graph, f"feature_win_{each}", _LONGEST) for each in ("len", "step"))
    return Metadata(
        sample_rate,
        # As the client calculates them.
        int(sample_rate * (window / 1000)),
        int(sample_rate * (step / 1000)),
        _number(graph, "beam_width"),
        read_labels(graph),
    )


def read_labels(graph: Graph) -> tuple[bytes, ...]:
    """Letters in UTF-8, or single bytes where the model was trained to spell in bytes, by their labels.

    Raises:
        GraphUnsupported: the graph holds no alphabet.
        ModelInvalid: the alphabet is damaged.
    """
    packed = tensors.text(graph.named("metadata_alphabet"))
    try:
        labels = dict(_labels(packed))
    except struct.error as error:
        raise ModelInvalid(f"its alphabet is cut off after {len(packed)} bytes") from error
    found = tuple(labels[label] for label in sorted(labels))
    if sorted(labels) != list(range(len(labels))) or len(set(found)) < len(found) or b"" in found or not found:
        raise ModelInvalid("its alphabet has labels or letters twice, or some are missing")
    return found


def _labels(packed: bytes) -> Iterator[tuple[int, bytes]]:
    """DeepSpeech's own packing: how many labels there are, then number, length and bytes of each."""
    (count,) = struct.unpack_from("<H", packed)
    at = 2
    for _ in range(count):
        label, length = struct.unpack_from("<HH", packed, at)
        (letter,) = struct.unpack_from(f"{length}s", packed, at + 4)
        at += 4 + length
        yield label, letter


def _number(graph: Graph, name: str, most: int = 2**31 - 1) -> int:
    node = graph.named(f"metadata_{name}")
    numbers = tensors.integers(node)
    if len(numbers) != 1 or not 0 < numbers[0] <= most:
        raise ModelInvalid(f"{node} should be a number from 1 to {most:,}, and is {numbers[:5]}")
    return numbers[0]

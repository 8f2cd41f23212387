"""The metadata of a graph: constants that DeepSpeech's client finds by their names.

Source: TFModelState::init in DeepSpeech's native_client/tfmodelstate.cc.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from transcriber.model.graph import tensors
from transcriber.model.graph.tensorflow_graph import Graph
from transcription.contract.alphabet import unpack_labels
from transcription.contract.errors import GraphUnsupported, ModelInvalid

#: The graph version that DeepSpeech 0.9 writes and requires.
VERSION = 6
#: Maximum length of a window and of a step, in milliseconds; a longer window would contain more than one sound.
_MAX_MILLISECONDS = 1000


@dataclass(frozen=True)
class Metadata:
    """The metadata of a graph, without the version, which is always the same, and the language, which has no effect."""

    #: In hertz.
    sample_rate: int
    #: Length of a feature window, and distance between two windows, in samples.
    window: int
    step: int
    #: Default number of candidates that the beam search keeps.
    beam_width: int
    #: As in `AcousticGraph`.
    labels: tuple[bytes, ...]


def read_metadata(graph: Graph) -> Metadata:
    """Read all metadata of a graph.

    Raises:
        GraphUnsupported: the graph has another version than DeepSpeech 0.9's, or a constant is missing.
        ModelInvalid: a constant has an impossible value.
    """
    version = _read_number(graph, "version")
    if version != VERSION:
        raise GraphUnsupported(f"it is of version {version}, and DeepSpeech 0.9's graphs are of version {VERSION}")
    sample_rate = _read_number(graph, "sample_rate")
    window, step = (_read_number(graph, f"feature_win_{name}", _MAX_MILLISECONDS) for name in ("len", "step"))
    return Metadata(
        sample_rate,
        # Rounded as DeepSpeech's client rounds them.
        int(sample_rate * (window / 1000)),
        int(sample_rate * (step / 1000)),
        _read_number(graph, "beam_width"),
        read_labels(graph),
    )


def read_labels(graph: Graph) -> tuple[bytes, ...]:
    """Read the alphabet.

    Returns:
        The letter of each label, in UTF-8, or single bytes if the model was trained to spell in bytes.

    Raises:
        GraphUnsupported: the graph contains no alphabet.
        ModelInvalid: the alphabet is damaged.
    """
    packed = tensors.text(graph.node_named("metadata_alphabet"))
    try:
        labels = dict(unpack_labels(packed))
    except struct.error as error:
        raise ModelInvalid(f"its alphabet is cut off after {len(packed)} bytes") from error
    letters = tuple(labels[label] for label in sorted(labels))
    if sorted(labels) != list(range(len(labels))) or len(set(letters)) < len(letters) or b"" in letters or not letters:
        raise ModelInvalid("its alphabet has labels or letters twice, or some are missing")
    return letters


def _read_number(graph: Graph, name: str, maximum: int = 2**31 - 1) -> int:
    """Read the constant `metadata_{name}`, a whole number from 1 to `maximum`.

    Raises:
        GraphUnsupported: there is no such constant.
        ModelInvalid: the constant has another value.
    """
    node = graph.node_named(f"metadata_{name}")
    numbers = tensors.integers(node)
    if len(numbers) != 1 or not 0 < numbers[0] <= maximum:
        raise ModelInvalid(f"{node} should be a number from 1 to {maximum:,}, and is {numbers[:5]}")
    return numbers[0]

"""The places of a network's weights in its file: offset and length of each constant."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from trainer.errors import WeightsShared
from trainer.network.weights import constant_names
from transcriber.model.graph import AcousticGraph
from transcriber.model.graph.graph_file import open_graph
from transcriber.model.graph.tensors import stored_floats


@dataclass(frozen=True)
class TensorPlace:
    """The bytes of a constant in the file."""

    offset: int
    length: int


def find_places(path: Path, graph: AcousticGraph) -> dict[str, TensorPlace]:
    """Find the place of all weights in a model file, by role.

    The places come from the addresses of the constants in the mapped file, not from their values, because two constants
    may have the same values.

    Args:
        path: the file.
        graph: the graph that was read from this file.

    Raises:
        GraphUnsupported: a constant is stored in a short form, which has no room for other values.
        WeightsShared: two roles share the bytes of a constant.
        ModelInvalid: the file is damaged.
    """
    nodes = open_graph(path)
    places: dict[str, TensorPlace] = {}
    for role, name in constant_names(graph).items():
        content = stored_floats(nodes, nodes.node_named(name))
        places[role] = TensorPlace(_address(content) - _address(memoryview(content.obj)), content.nbytes)
    ordered = sorted(places.items(), key=lambda item: item[1].offset)
    for (first, place), (second, next_place) in pairwise(ordered):
        if place.offset + place.length > next_place.offset:
            raise WeightsShared(f"{path.name} stores {first} and {second} in the same bytes, so they cannot differ.")
    return places


def _address(view: memoryview) -> int:
    return int(np.frombuffer(view, np.uint8).ctypes.data)

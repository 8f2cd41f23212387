"""A writer of weights into a copy of a `.pb` or `.pbmm` file.

Topology, alphabet and sizes stay as they are, so that only the bytes of the weights change. TensorFlow is not needed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np

from trainer.errors import WeightsInvalid
from trainer.network.weights import Weights, weights_of
from trainer.writing.tensor_places import find_places
from transcriber.model.graph import read_graph


def write_model(base: Path, weights: Weights, target: Path) -> None:
    """Write a copy of a model with other weights. `target` is complete, or does not exist.

    Args:
        base: the model file whose copy is written.
        weights: the new weights, in the shapes of the old ones.
        target: the file to write, with the ending of `base`.

    Raises:
        GraphUnsupported: the file of the base model has no room for other weights, or is not DeepSpeech's.
        WeightsShared: two roles share the bytes of a constant.
        WeightsInvalid: the weights have other roles or shapes than those of `base`, or a number is not finite.
        ModelInvalid: the base model is damaged.
    """
    graph = read_graph(base)
    _check_weights(weights_of(graph), weights)
    places = find_places(base, graph)
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.copyfile(base, unfinished)
    with unfinished.open("r+b") as file:
        for role, place in places.items():
            file.seek(place.offset)
            file.write(np.ascontiguousarray(weights[role], "<f4").tobytes())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)


def _check_weights(old: Weights, new: Weights) -> None:
    if old.keys() != new.keys():
        raise WeightsInvalid(f"The network has the weights {sorted(old)}, and {sorted(new)} are to be written.")
    for role, values in new.items():
        if values.shape != old[role].shape:
            raise WeightsInvalid(f"{role} has the shape {old[role].shape}, and {values.shape} is to be written.")
        if not np.isfinite(values).all():
            raise WeightsInvalid(f"{role} contains a number that is not finite: the training has failed.")

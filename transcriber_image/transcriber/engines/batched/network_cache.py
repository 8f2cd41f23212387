"""The networks of the batched engine, by the digests of the models that they were made from."""

from __future__ import annotations

import os
from pathlib import Path

from transcriber.engines.batched.network_files import MODEL
from transcriber.model.graph import read_graph
from transcriber.model.model_folder import ModelFolder

#: Where the image keeps the network of its own model.
_KEPT = "TRANSCRIBER_NETWORKS"


def find_network(folder: ModelFolder, scratch: Path) -> Path:
    """The network of a model: the image's, or else made in the folder `scratch`.

    Raises:
        ModelInvalid: the model is damaged, or not built as DeepSpeech 0.9 builds its graphs.
    """
    kept = Path(os.environ.get(_KEPT) or scratch) / folder.record.acoustic_sha256 / MODEL
    return kept if kept.exists() else convert_network(folder, scratch)


def convert_network(folder: ModelFolder, where: Path) -> Path:
    """Make the network of a model in the folder `where`, unless it is there.

    Raises:
        ModelInvalid: as `find_network` does.
    """
    # onnx takes as long to import as all the rest, and nobody needs it where the image has the network.
    from transcriber.engines.batched.onnx_conversion import convert  # noqa: PLC0415

    return convert(read_graph(folder.acoustic), where / folder.record.acoustic_sha256)


def quantize_network(network: Path, scratch: Path) -> Path:
    """A network with its LSTM in 8 bits, made in the folder `scratch`."""
    from transcriber.engines.batched.onnx_conversion import quantize  # noqa: PLC0415 - as above

    return quantize(network, scratch / f"{network.parent.name}-int8")

"""The converted networks of models. The folder of a network is named after the digest of its acoustic model."""

from __future__ import annotations

import os
from pathlib import Path

from transcriber.engines.batched.network_files import MODEL
from transcriber.model.graph import read_graph
from transcriber.model.model_folder import ModelFolder

#: Environment variable with the folder in which the image stores the network of its own model.
_FOLDER_VARIABLE = "TRANSCRIBER_NETWORKS"


def find_network(folder: ModelFolder, scratch: Path) -> Path:
    """Return the ONNX file of a model's network: the file in the image, or else a file in the folder `scratch`.

    If neither exists, convert the network and write the file to `scratch`.

    Raises:
        ModelInvalid: the model is damaged, or does not have the structure of DeepSpeech 0.9's graphs.
    """
    stored = Path(os.environ.get(_FOLDER_VARIABLE) or scratch) / folder.record.acoustic_sha256 / MODEL
    return stored if stored.exists() else convert_network(folder, scratch)


def convert_network(folder: ModelFolder, parent: Path) -> Path:
    """Convert the network of a model to ONNX, and return the path of the ONNX file.

    Args:
        folder: the model.
        parent: the folder in which the network gets a folder of its own. If that exists, nothing is converted.

    Raises:
        ModelInvalid: the model is damaged, or does not have the structure of DeepSpeech 0.9's graphs.
    """
    # Importing onnx takes as long as all other imports, and is not needed if the image contains the network.
    from transcriber.engines.batched.onnx_conversion import convert  # noqa: PLC0415

    return convert(read_graph(folder.acoustic), parent / folder.record.acoustic_sha256)


def quantize_network(network: Path, scratch: Path) -> Path:
    """Write a copy of a network, with 8-bit weights in the LSTM, to the folder `scratch`. Return its ONNX file."""
    from transcriber.engines.batched.onnx_conversion import quantize  # noqa: PLC0415 - as above

    return quantize(network, scratch / f"{network.parent.name}-int8")

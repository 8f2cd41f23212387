"""The conversion of DeepSpeech's network to ONNX: a graph with few nodes, and a file with the weights."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from transcriber.engines.batched.network_files import MODEL, WEIGHTS
from transcriber.engines.batched.onnx_graph import OnnxGraph
from transcriber.model.graph import AcousticGraph


def convert(graph: AcousticGraph, folder: Path) -> Path:
    """Convert a network to ONNX, unless `folder` already contains the converted network.

    `OnnxGraph` describes the inputs and outputs of the ONNX graph.

    Args:
        graph: the network.
        folder: the folder to create. It appears only when its files are complete.

    Returns:
        The path of the ONNX file.
    """
    model = folder / MODEL
    if not model.exists():
        with _create_folder(folder) as draft:
            with (draft / WEIGHTS).open("wb") as weights:
                document = OnnxGraph(graph, weights).build()
            (draft / MODEL).write_bytes(document.SerializeToString())
    return model


def quantize(network: Path, folder: Path) -> Path:
    """Write a copy of a network in which the LSTM's weights have 8 bits, with one scale for each gate of each unit.

    Args:
        network: the ONNX file to convert.
        folder: the folder to create for the copy. If it already contains a network, nothing is converted.

    Returns:
        The path of the new ONNX file.
    """
    model = folder / MODEL
    if not model.exists():
        with _create_folder(folder) as draft:
            quantize_dynamic(
                network,
                draft / "quantized",
                op_types_to_quantize=["LSTM"],
                per_channel=True,
                weight_type=QuantType.QInt8,
                use_external_data_format=True,
            )
            quantized = onnx.load(draft / "quantized")
            onnx.save(quantized, draft / MODEL, save_as_external_data=True, location=WEIGHTS)
            for path in draft.glob("quantized*"):
                path.unlink()
    return model


@contextmanager
def _create_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty temporary folder, and rename it to `folder` at the end.

    If another process has created `folder` meanwhile, keep that one and delete the temporary folder.

    Raises:
        OSError: the temporary folder cannot be created or renamed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        draft = Path(temporary) / folder.name
        draft.mkdir()
        yield draft
        try:
            draft.rename(folder)
        except OSError:
            if not (folder / MODEL).exists():
                raise

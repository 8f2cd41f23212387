"""DeepSpeech's network as onnxruntime takes it: a graph of a few nodes, and a file of weights beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from transcriber.engines.batched.mfcc import Floats
from transcriber.engines.batched.network_files import MODEL, WEIGHTS
from transcriber.model.graph import AcousticGraph, Dense, Lstm

#: What onnxruntime 1.19 reads. Source: ONNX, docs/Versioning.md.
_OPERATORS, _FORMAT = 17, 9
#: Of each tensor in the file: a page, so that it can be mapped into memory.
_ALIGNMENT = 4096


def convert(graph: AcousticGraph, folder: Path) -> Path:
    """Write the network of `graph` into `folder`, unless it is there, and return its file.

    It is written beside its place and moved there: who finds it finds all of it.

    Inputs are `x`, shape (steps, batch, inputs), and `h` and `c`, each (1, batch, units); outputs are `probabilities`,
    shape (steps, batch, classes), and `next_h` and `next_c`. Steps and batch are open.
    """
    model = folder / MODEL
    if not model.exists():
        with _beside(folder) as draft:
            with (draft / WEIGHTS).open("wb") as weights:
                document = _Network(graph, weights).document()
            (draft / MODEL).write_bytes(document.SerializeToString())
    return model


def quantize(network: Path, folder: Path) -> Path:
    """Write `network` into `folder` with its LSTM's weights in 8 bits, a scale for each gate of each unit."""
    model = folder / MODEL
    if not model.exists():
        with _beside(folder) as draft:
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
            for each in draft.glob("quantized*"):
                each.unlink()
    return model


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder that takes the place of `folder` at the end, if nothing else has."""
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


class _Network:
    """The graph under construction; weights go to the file as they come."""

    def __init__(self, graph: AcousticGraph, weights: BinaryIO) -> None:
        self._graph = graph
        self._file = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[TensorProto] = []

    def document(self) -> onnx.ModelProto:
        """All of it."""
        graph = self._graph
        self._number("zero", 0.0)
        self._number("clip", graph.relu_clip)
        heard = "x"
        for number, layer in enumerate(graph.layers_before_lstm, 1):
            heard = self._clipped(layer, f"layer_{number}", heard)
        heard = self._clipped(graph.layer_after_lstm, "layer_5", self._lstm(graph.lstm, heard))
        self._add("Softmax", [self._dense(graph.output_layer, "layer_6", heard)], ["probabilities"], axis=-1)
        units, inputs, classes = (
            graph.lstm.units,
            len(graph.layers_before_lstm[0].weights),
            len(graph.output_layer.biases),
        )
        states = [_value(name, 1, "batch", units) for name in ("h", "c")]
        next_states = [_value(f"next_{name}", 1, "batch", units) for name in ("h", "c")]
        document = helper.make_graph(
            self._nodes,
            "acoustic",
            [_value("x", "steps", "batch", inputs), *states],
            [_value("probabilities", "steps", "batch", classes), *next_states],
            self._constants,
        )
        return helper.make_model(
            document,
            opset_imports=[helper.make_opsetid("", _OPERATORS)],
            ir_version=_FORMAT,
            producer_name="transcriber",
        )

    def _clipped(self, layer: Dense, name: str, heard: str) -> str:
        self._add("Clip", [self._dense(layer, name, heard), "zero", "clip"], [f"{name}_clipped"])
        return f"{name}_clipped"

    def _dense(self, layer: Dense, name: str, heard: str) -> str:
        weights = self._tensor(f"{name}_weights", layer.weights)
        self._add("MatMul", [heard, weights], [f"{name}_product"])
        self._add("Add", [f"{name}_product", self._tensor(f"{name}_biases", layer.biases)], [f"{name}_sum"])
        return f"{name}_sum"

    def _lstm(self, lstm: Lstm, heard: str) -> str:
        inputs = len(lstm.kernel) - lstm.units
        biases = np.concatenate(_ordered(lstm.biases, lstm.forget_bias))
        names = [
            self._tensor("lstm_inputs", *_rows(lstm.kernel[:inputs])),
            self._tensor("lstm_states", *_rows(lstm.kernel[inputs:])),
            self._tensor("lstm_biases", biases, np.zeros_like(biases)),  # ONNX has biases for both
        ]
        self._add("LSTM", [heard, *names, "", "h", "c"], ["spoken", "next_h", "next_c"], hidden_size=lstm.units)
        self._constants.append(helper.make_tensor("direction", TensorProto.INT64, [1], [1]))
        self._add("Squeeze", ["spoken", "direction"], ["lstm"])
        return "lstm"

    def _add(self, operation: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        self._nodes.append(helper.make_node(operation, inputs, outputs, **attributes))

    def _number(self, name: str, value: float) -> None:
        self._constants.append(helper.make_tensor(name, TensorProto.FLOAT, [], [value]))

    def _tensor(self, name: str, *parts: Floats) -> str:
        """Write a constant into the file; of several parts, with a dimension of one in front, as an LSTM's are."""
        start = self._file.seek(-(-self._file.tell() // _ALIGNMENT) * _ALIGNMENT)
        for part in parts:
            np.ascontiguousarray(part).tofile(self._file)
        shape = parts[0].shape
        if len(parts) > 1:
            shape = (1, sum(map(len, parts)), *shape[1:])
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        place = {"location": WEIGHTS, "offset": start, "length": self._file.tell() - start}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self._constants.append(tensor)
        return name


def _value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _ordered(values: Floats, forget_bias: float = 0.0) -> tuple[Floats, ...]:
    """The parts for the gates along the last axis, TensorFlow's in the order of ONNX: input, output, forget, cell."""
    entry, cell, forget, output = np.split(values, 4, axis=-1)
    return entry, output, forget + np.float32(forget_bias) if forget_bias else forget, cell


def _rows(kernel: Floats) -> tuple[Floats, ...]:
    """The parts for the gates, each with its outputs as rows."""
    return tuple(part.T for part in _ordered(kernel))

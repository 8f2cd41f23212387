"""The ONNX graph of DeepSpeech's network."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper

from transcriber.engines.batched.mfcc import Floats
from transcriber.engines.batched.network_files import WEIGHTS
from transcriber.model.graph import AcousticGraph, Dense, Lstm

#: Versions of ONNX's operators and format that onnxruntime 1.19 reads. Source: ONNX, docs/Versioning.md.
_OPERATORS, _FORMAT = 17, 9
#: Alignment of each tensor in the file of weights, in bytes: a page, so that it can be mapped into memory.
_ALIGNMENT = 4096


class OnnxGraph:
    """A builder of the ONNX graph. It writes weights to their file at once, so that they need no memory.

    The inputs of the graph are `x`, the frames with their neighbours, shape (steps, batch, inputs), and `h` and `c`,
    the LSTM's output and cell, each of shape (1, batch, units). The outputs of the graph are `probabilities`, shape
    (steps, batch, classes), `next_h` and `next_c`. Steps and batch may differ from call to call.

    Args:
        graph: the network.
        weights: the file of weights, which is beside the ONNX file.
    """

    def __init__(self, graph: AcousticGraph, weights: BinaryIO) -> None:
        self._graph = graph
        self._file = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[TensorProto] = []

    def build(self) -> onnx.ModelProto:
        """Write all weights, and return the finished ONNX document."""
        graph = self._graph
        self._add_number("zero", 0.0)
        self._add_number("clip", graph.relu_clip)
        output = "x"
        for number, layer in enumerate(graph.layers_before_lstm, 1):
            output = self._add_clipped(layer, f"layer_{number}", output)
        output = self._add_clipped(graph.layer_after_lstm, "layer_5", self._add_lstm(graph.lstm, output))
        self._add("Softmax", [self._add_dense(graph.output_layer, "layer_6", output)], ["probabilities"], axis=-1)
        units = graph.lstm.units
        inputs, classes = len(graph.layers_before_lstm[0].weights), len(graph.output_layer.biases)
        states = [_describe_value(name, 1, "batch", units) for name in ("h", "c")]
        next_states = [_describe_value(f"next_{name}", 1, "batch", units) for name in ("h", "c")]
        document = helper.make_graph(
            self._nodes,
            "acoustic",
            [_describe_value("x", "steps", "batch", inputs), *states],
            [_describe_value("probabilities", "steps", "batch", classes), *next_states],
            self._constants,
        )
        return helper.make_model(
            document,
            opset_imports=[helper.make_opsetid("", _OPERATORS)],
            ir_version=_FORMAT,
            producer_name="transcriber",
        )

    def _add_clipped(self, layer: Dense, name: str, source: str) -> str:
        """Add a dense layer whose result is clipped to the range from 0 to `relu_clip`. Return the name of its output.

        Args:
            layer: the weights and biases.
            name: the start of the names of the layer's nodes.
            source: the name of the output that the layer takes.
        """
        self._add("Clip", [self._add_dense(layer, name, source), "zero", "clip"], [f"{name}_clipped"])
        return f"{name}_clipped"

    def _add_dense(self, layer: Dense, name: str, source: str) -> str:
        """Add a dense layer that takes the output named `source`. Return the name of the layer's own output."""
        weights = self._add_tensor(f"{name}_weights", layer.weights)
        self._add("MatMul", [source, weights], [f"{name}_product"])
        self._add("Add", [f"{name}_product", self._add_tensor(f"{name}_biases", layer.biases)], [f"{name}_sum"])
        return f"{name}_sum"

    def _add_lstm(self, lstm: Lstm, source: str) -> str:
        """Add the LSTM, which takes the output named `source`. Return the name of the LSTM's own output."""
        inputs = len(lstm.kernel) - lstm.units
        biases = np.concatenate(_reorder_gates(lstm.biases, lstm.forget_bias))
        names = [
            self._add_tensor("lstm_inputs", *_gate_rows(lstm.kernel[:inputs])),
            self._add_tensor("lstm_states", *_gate_rows(lstm.kernel[inputs:])),
            # ONNX adds two biases, for the inputs and for the state.
            self._add_tensor("lstm_biases", biases, np.zeros_like(biases)),
        ]
        outputs = ["lstm_directions", "next_h", "next_c"]
        self._add("LSTM", [source, *names, "", "h", "c"], outputs, hidden_size=lstm.units)
        self._constants.append(helper.make_tensor("direction_axis", TensorProto.INT64, [1], [1]))
        self._add("Squeeze", ["lstm_directions", "direction_axis"], ["lstm"])
        return "lstm"

    def _add(self, operation: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        self._nodes.append(helper.make_node(operation, inputs, outputs, **attributes))

    def _add_number(self, name: str, value: float) -> None:
        self._constants.append(helper.make_tensor(name, TensorProto.FLOAT, [], [value]))

    def _add_tensor(self, name: str, *parts: Floats) -> str:
        """Write a constant to the file of weights, and return `name`.

        Several `parts` are joined along their first axis. The result then gets a new first axis of length 1, because
        ONNX's LSTM expects an axis for its directions.
        """
        start = self._file.seek(-(-self._file.tell() // _ALIGNMENT) * _ALIGNMENT)
        for part in parts:
            np.ascontiguousarray(part).tofile(self._file)
        shape = parts[0].shape
        if len(parts) > 1:
            shape = (1, sum(map(len, parts)), *shape[1:])
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        location = {"location": WEIGHTS, "offset": start, "length": self._file.tell() - start}
        for key, value in location.items():
            tensor.external_data.add(key=key, value=str(value))
        self._constants.append(tensor)
        return name


def _describe_value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _reorder_gates(values: Floats, forget_bias: float = 0.0) -> tuple[Floats, ...]:
    """Split the last axis into gates, and return them in ONNX's order: input, output, forget, cell.

    Args:
        values: kernel or biases in TensorFlow's order: input, cell, forget, output.
        forget_bias: a number that is added to the values of the forget gate.
    """
    entry, cell, forget, output = np.split(values, 4, axis=-1)
    return entry, output, forget + np.float32(forget_bias) if forget_bias else forget, cell


def _gate_rows(kernel: Floats) -> tuple[Floats, ...]:
    """Return the kernel of each gate, transposed to shape (units, inputs), in ONNX's order."""
    return tuple(part.T for part in _reorder_gates(kernel))

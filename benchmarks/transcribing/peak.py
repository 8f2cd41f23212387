"""Measure the peak of one core: the fastest product of two single-precision matrices that a library here reaches.

Runs in the environment of the image. The caller limits the process to one core and OpenBLAS to one thread.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper  # type: ignore[import-not-found]  # of the image

#: Sides of square matrices, from three that fit into a core's cache together to three of 16 MB each.
_SQUARES = (256, 384, 512, 1024, 2048)
#: What onnxruntime 1.19 reads. Source: ONNX, docs/Versioning.md.
_OPERATORS, _FORMAT = 17, 9

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """The product of a (rows x inner) matrix and an (inner x columns) matrix."""

    rows: int
    inner: int
    columns: int

    def __str__(self) -> str:
        return f"{self.rows} x {self.inner} by {self.inner} x {self.columns}"


@dataclass(frozen=True)
class Peak:
    """The fastest product, and the library and shape that reached it."""

    gigaflops: float
    product: str


def measure_peak(shapes: Iterable[Shape], seconds: float) -> Peak:
    """Multiply matrices of `shapes`, and large and small square ones, with OpenBLAS and with onnxruntime.

    Args:
        shapes: The shapes to try in addition.
        seconds: How long each product is repeated.
    """
    random = np.random.default_rng(0)
    openblas = f"OpenBLAS with its {_openblas_kernels()} kernels"
    peaks = []
    for shape in {*shapes, *(Shape(side, side, side) for side in _SQUARES)}:
        left = random.random((shape.rows, shape.inner), np.float32)
        right = random.random((shape.inner, shape.columns), np.float32)
        operations = 2 * shape.rows * shape.inner * shape.columns / 1e9
        for library, multiply in ((openblas, _numpy_product(left, right)), ("onnxruntime", _onnx_product(left, right))):
            peaks.append(Peak(operations / shortest_time(multiply, seconds), f"{library}, {shape}"))
    return max(peaks, key=lambda peak: peak.gigaflops)


def shortest_time(work: Callable[[], object], seconds: float) -> float:
    """Repeat `work` for some seconds and return its shortest time: other processes only make it longer."""
    times: list[float] = []
    while sum(times) < seconds:
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def _numpy_product(left: Matrix, right: Matrix) -> Callable[[], object]:
    product = np.empty((len(left), right.shape[1]), np.float32)
    return lambda: np.matmul(left, right, out=product)


def _onnx_product(left: Matrix, right: Matrix) -> Callable[[], object]:
    """A session with `right` as a constant, as the network's weights are, and memory for the product bound to it."""
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.FLOAT, left.shape)],
        [helper.make_tensor_value_info("product", TensorProto.FLOAT, (len(left), right.shape[1]))],
        [helper.make_tensor("right", TensorProto.FLOAT, right.shape, right.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPERATORS)], ir_version=_FORMAT)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_cpu_input("left", left)
    binding.bind_output("product")
    return lambda: session.run_with_iobinding(binding)


def _openblas_kernels() -> str:
    """The processor whose kernels numpy's OpenBLAS runs, such as SkylakeX or Haswell."""
    (library,) = (Path(np.__file__).parents[1] / "numpy.libs").glob("libopenblas*.so")
    name = ctypes.CDLL(str(library)).openblas_get_corename64_
    name.restype = ctypes.c_char_p
    kernels: bytes = name()
    return kernels.decode()

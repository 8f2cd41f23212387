"""Measurement of the peak of one core: the speed of the fastest product of two single-precision matrices.

The code runs in the Python environment of the image. The caller limits the process to one core and OpenBLAS to one
thread.
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

#: Numbers of rows of square matrices. With 256 rows, both matrices and their product fit into a core's cache. With
#: 2,048 rows, each of them has 16 MB.
_SQUARES = (256, 384, 512, 1024, 2048)
#: Versions of ONNX that onnxruntime 1.19 reads. Source: ONNX, docs/Versioning.md.
_OPERATORS, _FORMAT = 17, 9

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """The shape of a product of two matrices: (rows, inner) and (inner, columns)."""

    rows: int
    inner: int
    columns: int

    def __str__(self) -> str:
        return f"{self.rows} x {self.inner} by {self.inner} x {self.columns}"


@dataclass(frozen=True)
class Peak:
    """The fastest matrix product of a core."""

    #: The speed: 10^9 additions and multiplications per second.
    gigaflops: float
    #: The library and the shape of the product.
    product: str


def measure_peak(shapes: Iterable[Shape], seconds: float) -> Peak:
    """Multiply matrices of many shapes with OpenBLAS and with onnxruntime, and return the fastest product.

    Args:
        shapes: Shapes to try in addition to small and large square matrices.
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
    """Repeat `work` for `seconds` seconds, and return its shortest time in seconds.

    The shortest time is the best measure, because other processes can only make `work` slower.
    """
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
    """Return a function that multiplies the matrices with onnxruntime.

    `right` is a constant of the model, like the weights of the network. The memory for the product is allocated once.
    """
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
    """Return the name of the kernels that numpy's OpenBLAS uses, such as SkylakeX or Haswell."""
    (library,) = (Path(np.__file__).parents[1] / "numpy.libs").glob("libopenblas*.so")
    name = ctypes.CDLL(str(library)).openblas_get_corename64_
    name.restype = ctypes.c_char_p
    kernels: bytes = name()
    return kernels.decode()

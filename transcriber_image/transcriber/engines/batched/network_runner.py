"""The network in onnxruntime, on one core. It processes a few frames of several segments at a time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime

from transcriber.engines.batched.mfcc import Floats
from transcription.contract.errors import ModelInvalid

onnxruntime.set_default_logger_severity(3)  # errors only: its warnings are about its own optimisations


class LstmState(NamedTuple):
    """The state of the LSTM for a batch of segments: output `h` and cell `c`, each of shape (1, batch, units)."""

    h: Floats
    c: Floats

    def keep(self, rows: list[int]) -> LstmState:
        """Return the state of only those segments whose positions in the batch are in `rows`."""
        return LstmState(self.h[:, rows], self.c[:, rows])

    def extend(self, count: int) -> LstmState:
        """Return the state with `count` new segments at the end of the batch. The state of a new segment is zeros."""
        zeros = np.zeros((1, count, self.h.shape[2]), np.float32)
        return LstmState(np.concatenate([self.h, zeros], axis=1), np.concatenate([self.c, zeros], axis=1))


class NetworkRunner:
    """A network that onnxruntime has loaded.

    Args:
        path: an ONNX file that `onnx_conversion` wrote.

    Raises:
        ModelInvalid: onnxruntime cannot load the file.
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        # Each engine process has one core.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelInvalid(f"onnxruntime cannot load {path}: {error}. Set the engine to libdeepspeech.") from error
        self._units: int = self._session.get_inputs()[1].shape[2]

    def empty_state(self) -> LstmState:
        """Return the state of an empty batch."""
        empty = np.zeros((1, 0, self._units), np.float32)
        return LstmState(empty, empty)

    def run(self, windows: Floats, state: LstmState) -> tuple[Floats, LstmState]:
        """Run the network on the next frames of each segment in a batch.

        Args:
            windows: each frame with its neighbours, shape (steps, batch, inputs).
            state: the state of the same segments, in the same order.

        Returns:
            The probability of each label, shape (steps, batch, labels + 1), in which the blank is last; and the state
            after these frames.
        """
        probabilities, h, c = self._session.run(None, {"x": windows, "h": state.h, "c": state.c})
        return probabilities, LstmState(h, c)

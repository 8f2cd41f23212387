"""The network, run on one core: a few frames of many segments at a time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime

from transcriber.engines.batched.mfcc import Floats
from transcription.contract.errors import ModelInvalid

onnxruntime.set_default_logger_severity(3)  # errors; it warns of what it optimises


class LstmState(NamedTuple):
    """What the LSTM remembers of each segment: output and cell, each of shape (1, batch, units)."""

    h: Floats
    c: Floats

    def keep(self, rows: list[int]) -> LstmState:
        """That of some of the segments."""
        return LstmState(self.h[:, rows], self.c[:, rows])

    def extend(self, count: int) -> LstmState:
        """With so many segments more that are at their beginning."""
        new = np.zeros((1, count, self.h.shape[2]), np.float32)
        return LstmState(np.concatenate([self.h, new], axis=1), np.concatenate([self.c, new], axis=1))


class NetworkRunner:
    """What `conversion` wrote, loaded.

    Raises:
        ModelInvalid: onnxruntime cannot load it.
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        # A process has one core; others have processes of their own.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelInvalid(f"onnxruntime cannot load {path}: {error}. Set the engine to libdeepspeech.") from error
        self._units: int = self._session.get_inputs()[1].shape[2]

    def begin(self) -> LstmState:
        """The state of no segments."""
        nothing = np.zeros((1, 0, self._units), np.float32)
        return LstmState(nothing, nothing)

    def run(self, frames: Floats, state: LstmState) -> tuple[Floats, LstmState]:
        """What the network says of the next frames of each segment, and its state after them.

        Args:
            frames: shape (steps, batch, inputs), each frame with its neighbours.
            state: of the same segments in the same order.

        Returns:
            The probability of each label, shape (steps, batch, labels and the blank), and the next state.
        """
        probabilities, h, c = self._session.run(None, {"x": frames, "h": state.h, "c": state.c})
        return probabilities, LstmState(h, c)

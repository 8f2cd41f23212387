"""What a DeepSpeech graph computes: its features, its weights, and what its client needs beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from transcriber.model.graph.tensors import Floats


@dataclass(frozen=True)
class Features:
    """What turns samples into features, by TensorFlow's AudioSpectrogram, squared, and its Mfcc."""

    #: In hertz.
    sample_rate: int
    #: Samples that one frame is made from, and samples from one frame to the next.
    window: int
    step: int
    #: Numbers in a frame.
    coefficients: int
    #: Bands of the mel filter bank, and where it starts and ends, in hertz.
    channels: int
    lowest: float
    highest: float


@dataclass(frozen=True, eq=False)
class Dense:
    """A layer that multiplies by its weights and adds its biases."""

    #: By input and output.
    weights: Floats
    #: By output.
    biases: Floats


@dataclass(frozen=True, eq=False)
class Lstm:
    """TensorFlow's BlockLSTM, without peepholes.

    The four gates lie side by side: input, candidate for the cell, forget, output.
    """

    #: By input (those from the layer before, then those from the step before) and gate.
    kernel: Floats
    #: By gate.
    biases: Floats
    #: Added to the forget gate's biases.
    forget_bias: float
    #: The cell is held between minus this and this, if it is given.
    cell_clip: Optional[float]

    @property
    def units(self) -> int:
        """The size of the cell and of the output."""
        return len(self.biases) // 4


@dataclass(frozen=True, eq=False)
class AcousticGraph:
    """The network: three layers, the LSTM, a layer, and one that gives the labels' scores, whose softmax is taken."""

    features: Features
    #: Frames on each side that the first layer sees with the one in the middle.
    context: int
    #: Frames in one run of the graph.
    steps: int
    before: tuple[Dense, Dense, Dense]
    lstm: Lstm
    after: Dense
    output: Dense
    #: After each layer but the LSTM and the last: what is below 0 becomes 0, what is above this becomes this.
    relu_clip: float
    #: Letters in UTF-8, or single bytes, by label; the blank's label follows theirs.
    labels: tuple[bytes, ...]
    #: How many candidates the decoder keeps unless it is told otherwise.
    beam_width: int

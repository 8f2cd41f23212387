"""The contents of a DeepSpeech graph: the settings of its features, the weights of its network, and its alphabet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from transcriber.model.graph.tensors import Floats


@dataclass(frozen=True)
class Features:
    """Settings of the features: mel-frequency cepstral coefficients of overlapping windows of audio.

    The graph calculates the features with TensorFlow's operations AudioSpectrogram, with squared magnitudes, and Mfcc.
    """

    #: In hertz.
    sample_rate: int
    #: Length of a window, in samples. Each window gives one frame of features.
    window: int
    #: Distance between the starts of two windows, in samples.
    step: int
    #: Number of coefficients in a frame.
    coefficients: int
    #: Number of bands of the mel filter bank.
    channels: int
    #: Lower and upper limit of the mel filter bank, in hertz.
    lowest: float
    highest: float


@dataclass(frozen=True, eq=False)
class Dense:
    """A fully connected layer: `inputs @ weights + biases`."""

    #: Shape (inputs, outputs).
    weights: Floats
    #: Shape (outputs,).
    biases: Floats
    #: Names of the graph's constants with the weights and with the biases.
    weights_name: str = ""
    biases_name: str = ""


@dataclass(frozen=True, eq=False)
class Lstm:
    """The LSTM of the network: TensorFlow's operation BlockLSTM, without peepholes.

    The last axis of kernel and biases holds the four gates side by side: input, cell candidate, forget, output.
    """

    #: Shape (inputs + units, 4 * units). The first rows are for the layer below, the others for the previous output.
    kernel: Floats
    #: Shape (4 * units,).
    biases: Floats
    #: Added to the biases of the forget gate.
    forget_bias: float
    #: The cell is clipped to the range from `-cell_clip` to `cell_clip`, or not clipped if this is `None`.
    cell_clip: Optional[float]
    #: Names of the graph's constants with the kernel and with the biases.
    kernel_name: str = ""
    biases_name: str = ""

    @property
    def units(self) -> int:
        """Size of the cell and of the output."""
        return len(self.biases) // 4


@dataclass(frozen=True, eq=False)
class AcousticGraph:
    """DeepSpeech's network: three dense layers, an LSTM, a dense layer, and a dense output layer with a softmax.

    The dense layers before and after the LSTM are clipped to the range from 0 to `relu_clip`.
    """

    features: Features
    #: Number of neighbouring frames on each side that the first layer sees beside the current frame.
    context: int
    #: Number of frames that the graph processes in one call.
    steps: int
    layers_before_lstm: tuple[Dense, Dense, Dense]
    lstm: Lstm
    layer_after_lstm: Dense
    output_layer: Dense
    relu_clip: float
    #: The letter of each label, in UTF-8, or single bytes if the model was trained to spell in bytes. The label of the
    #: blank, which stands for no letter, is the number after the last label here.
    labels: tuple[bytes, ...]
    #: Default number of candidates that the beam search keeps.
    beam_width: int

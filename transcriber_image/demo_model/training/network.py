"""DeepSpeech 0.9.3's network in torch: three dense layers, a forward LSTM, two dense layers."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .features import COEFFICIENTS
from .vocabulary import BLANK

HIDDEN = 256
CONTEXT = 9  # frames on each side of the current one
CLIP = 20.0


class Network(nn.Module):
    """The network. It turns features, shape (batch, frames, 26), into logits, shape (batch, frames, 29).

    Args:
        mean: The mean of each coefficient of the features, shape (26,).
        deviation: The standard deviation of each coefficient, shape (26,).
        dropout: The share of the dense layers' outputs that training sets to zero.
    """

    def __init__(self, mean: Tensor, deviation: Tensor, dropout: float = 0.05) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.layer_1 = nn.Linear((2 * CONTEXT + 1) * COEFFICIENTS, HIDDEN)
        self.layer_2 = nn.Linear(HIDDEN, HIDDEN)
        self.layer_3 = nn.Linear(HIDDEN, HIDDEN)
        self.lstm = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
        self.layer_5 = nn.Linear(HIDDEN, HIDDEN)
        self.layer_6 = nn.Linear(HIDDEN, BLANK + 1)
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():
            for name, parameter in self.lstm.named_parameters():
                if "bias" in name:
                    parameter.zero_()
            self.lstm.bias_ih_l0[HIDDEN : 2 * HIDDEN] = 1.0  # forget gate: the LSTM keeps its state at first

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits of features. The last axis has the 28 letters and the blank.

        As in DeepSpeech's client, the frames before the first and after the last frame are zeros.
        """
        padded = nn.functional.pad(features, (0, 0, CONTEXT, CONTEXT))
        normal = (padded - self.mean) / self.deviation
        windows = normal.unfold(1, 2 * CONTEXT + 1, 1).transpose(2, 3).flatten(2)
        hidden = windows
        for layer in (self.layer_1, self.layer_2, self.layer_3):
            hidden = self.dropout(layer(hidden).clamp(0, CLIP))
        hidden = self.lstm(hidden)[0]
        hidden = self.dropout(self.layer_5(hidden).clamp(0, CLIP))
        return self.layer_6(hidden)

    @torch.no_grad()
    def load_exported(self, weights: Mapping[str, Tensor]) -> None:
        """Take the weights that `exported` returned. The result has the same outputs, to rounding."""

        def reordered(gates: Tensor) -> Tensor:
            i, c, f, o = gates.chunk(4)
            return torch.cat([i, f, c, o])

        mean, deviation = (values.double().repeat(2 * CONTEXT + 1) for values in (self.mean, self.deviation))
        kernel = reordered(weights["lstm_kernel"].T)
        self.lstm.weight_ih_l0.copy_(kernel[:, :HIDDEN])
        self.lstm.weight_hh_l0.copy_(kernel[:, HIDDEN:])
        self.lstm.bias_ih_l0.copy_(reordered(weights["lstm_bias"]))
        self.lstm.bias_hh_l0.zero_()
        for number in (1, 2, 3, 5, 6):
            layer = getattr(self, f"layer_{number}")
            weight, bias = weights[f"layer_{number}_weights"].T.double(), weights[f"layer_{number}_bias"].double()
            if number == 1:  # includes the normalisation of the features
                bias = bias + weight @ mean
                weight = weight * deviation
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)

    def exported(self) -> dict[str, Tensor]:
        """Return the weights by the names that the graph uses.

        Matrices have the shape (inputs, outputs). The gates of the LSTM have TensorFlow's order: input, cell, forget,
        output. The first layer includes the normalisation of the features by their mean and deviation.
        """
        state = {name: tensor.double() for name, tensor in self.state_dict().items()}
        mean, deviation = (state[name].repeat(2 * CONTEXT + 1) for name in ("mean", "deviation"))
        state["layer_1.bias"] -= state["layer_1.weight"] @ (mean / deviation)
        state["layer_1.weight"] /= deviation

        def reordered(gates: Tensor) -> Tensor:
            i, f, c, o = gates.chunk(4)
            return torch.cat([i, c, f, o])

        kernel = torch.cat([state["lstm.weight_ih_l0"], state["lstm.weight_hh_l0"]], dim=1)
        weights = {"lstm_kernel": reordered(kernel).T}
        weights["lstm_bias"] = reordered(state["lstm.bias_ih_l0"] + state["lstm.bias_hh_l0"])
        for number in (1, 2, 3, 5, 6):
            weights[f"layer_{number}_weights"] = state[f"layer_{number}.weight"].T
            weights[f"layer_{number}_bias"] = state[f"layer_{number}.bias"]
        return {name: tensor.float().contiguous() for name, tensor in weights.items()}

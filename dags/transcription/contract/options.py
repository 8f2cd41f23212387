"""How a run transcribes: the choices that change what a transcript says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from .errors import OptionInvalid

#: The beam width is bounded because time and memory grow with it; 500 is what DeepSpeech's releases use.
BEAM_WIDTHS = range(1, 4097)


@dataclass(frozen=True)
class Options:
    """The options of one run; `None` and the empty string stand for what the model itself says.

    Raises:
        OptionInvalid: a value cannot be used; the message says which may be.
    """

    #: A folder below `models/` in the bucket; empty: the model in the container image.
    model: str = ""
    #: How many candidates the decoder keeps at each step. More is slower and seldom worse.
    beam_width: Optional[int] = None

    def __post_init__(self) -> None:
        if self.model and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", self.model):
            raise OptionInvalid(
                f"model {self.model!r} is not the name of a folder below models/: use letters, digits, '.', '_' "
                "and '-', or leave it empty for the model in the container image."
            )
        if self.beam_width is not None and self.beam_width not in BEAM_WIDTHS:
            raise OptionInvalid(
                f"beam_width {self.beam_width!r} must be a whole number from {BEAM_WIDTHS[0]} to {BEAM_WIDTHS[-1]}, "
                "or empty for the model's own."
            )

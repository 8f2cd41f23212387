"""Arrays in a scorer file, as views of the file."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from transcription.contract.scorer.file_parts import require

Array = npt.NDArray[Any]


def array(data: memoryview, offset: int, dtype: Any, count: int, part: str) -> Array:
    """Return the array of `count` elements at `offset`, as a view of the file.

    Args:
        data: the file.
        offset: in bytes.
        dtype: the type of an element.
        count: the number of elements.
        part: what the array is, for the message.

    Raises:
        ScorerDamaged: the file ends before the end of the array.
    """
    require(data, offset, np.dtype(dtype).itemsize * count, part)
    return np.frombuffer(data, dtype, count, offset)

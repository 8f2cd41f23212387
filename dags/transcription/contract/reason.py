"""The record of the reason why a file, or all files of a child, have no result record.

The container writes it, because only the container knows the reason. If a later attempt wrote a result record for the
file, the reason has no meaning any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from .manifest import Failure, Item


@dataclass(frozen=True)
class Reason:
    """Why a file has no result, or why a child ended."""

    failure: Failure
    #: The file, or None if the reason concerns every file of the child that has no result.
    item: Optional[Item] = None

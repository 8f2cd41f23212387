"""The errors of teaching that DAG and container share, one class per cause. The codes never change."""

from __future__ import annotations

from .errors import SystemFault


class SetMissing(SystemFault):
    """Raised when the bucket contains nothing that can be taught."""

    code = "SET_MISSING"


class TeachingFailed(SystemFault):
    """Raised when a teaching ends because of an error that no other class describes."""

    code = "TEACHING_FAILED"


class ModelChoiceLost(SystemFault):
    """Raised when somebody chose another model while a run decided which one to use."""

    code = "MODEL_CHOICE_LOST"

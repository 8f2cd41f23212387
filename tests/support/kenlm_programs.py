"""KenLM's programs for tests, which skip where they were not compiled."""

from __future__ import annotations

import pytest

from trainer.scorer.language_model import programs_folder

NEEDS_KENLM = pytest.mark.skipif(
    not (programs_folder() / "lmplz").exists(), reason="KenLM is not compiled: make .local/kenlm/ready"
)

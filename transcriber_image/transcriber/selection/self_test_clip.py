"""The audio clip in this package, which serves to test engines."""

from __future__ import annotations

from pathlib import Path

#: 2.9 s of a synthetic voice: "yes start play next".
CLIP = Path(__file__).resolve().parents[1] / "self_test.wav"

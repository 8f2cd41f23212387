"""Damage to a file of any format ends in a coded error or in audio: no crash, no hang, bounded memory.

`python -m tests.support.transcriber.decoder_fuzz 10000` tries ten thousand other files.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.transcriber.decoder_fuzz import GROWTH, fuzz

COUNT, SEED = 200, 2026


def test_no_damage_crashes_or_stops_the_decoder(tmp_path: Path) -> None:
    outcomes = fuzz(COUNT, SEED, tmp_path)
    assert outcomes.failures == [], f"seed {SEED}"
    assert sum(outcomes.counts.values()) == COUNT
    # The files show both outcomes: some are refused, some are decoded.
    assert outcomes.counts["decoded"] > COUNT // 10
    assert outcomes.counts["AUDIO_CORRUPT"] + outcomes.counts["AUDIO_TRUNCATED"] > COUNT // 10
    assert outcomes.grown_kilobytes < GROWTH

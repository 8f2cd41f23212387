"""The time limit of a run: no regular run reaches it."""

from __future__ import annotations

from datetime import timedelta

import transcribe_audio
from infra import job
from infra.setting_checks import _BOUNDS


def test_the_longest_regular_run_stays_below_the_limit() -> None:
    """Batch may look for a machine as long as the setting allows; then two children follow each other.

    Each of the two uses all its attempts, each attempt to its time limit.
    """
    child = timedelta(seconds=job.TIMEOUT * job.RETRY_STRATEGY["attempts"])
    search = timedelta(minutes=_BOUNDS["start_limit_minutes"][1])
    assert transcribe_audio.dag_of_transcription.dagrun_timeout >= search + 2 * child

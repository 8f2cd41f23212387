"""The plan of a run that is to be finished."""

from __future__ import annotations

import pytest

from tests.support.dags.bucket_objects import freeze
from tests.support.dags.container_transcripts import Container
from transcription.contract.manifest import Item, Plan
from transcription.shared.bucket import Bucket


@pytest.fixture
def plan(bucket: Bucket, items: tuple[Item, ...], container: Container) -> Plan:
    """Return the plan of a run whose children have transcribed all `items`, which a file of tests gives."""
    plan = freeze(bucket, items)
    for item in items:
        container.transcribe(bucket, plan, item)
    return plan

"""Fixtures of the trainer's tests: the demo model, its clips, and small models of both exporters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.transcriber.graph_skeletons import DEMO, ENGLISH, OFFICIAL, Skeleton, random_weights
from trainer.network.acoustic_model import AcousticModel
from transcriber.audio import audio_stream

ROOT = Path(__file__).resolve().parents[2]
DEMO_FOLDER = ROOT / "transcriber_image/demo_model"


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    """Return the folder of the demo model."""
    return DEMO_FOLDER


@pytest.fixture(scope="session")
def demo_model() -> AcousticModel:
    """Return the demo model."""
    return AcousticModel(DEMO_FOLDER / "demo.pbmm")


@pytest.fixture(scope="session")
def clips() -> list[tuple[npt.NDArray[np.int16], str]]:
    """Return samples and text of each of the demo model's clips."""
    texts = json.loads((DEMO_FOLDER / "clips/transcripts.json").read_text())
    return [
        (np.concatenate(list(audio_stream.decode(DEMO_FOLDER / "clips" / name, 16000))), text)
        for name, text in texts.items()
    ]


@pytest.fixture(scope="session", params=[OFFICIAL, DEMO])
def small_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model file of 16 units, as DeepSpeech's own exporter and as the demo model's exporter write it."""
    path: Path = tmp_path_factory.mktemp("model") / f"{request.param}.pb"
    path.write_bytes(small_graph(request.param))
    return path


def small_graph(name: str = OFFICIAL, **options: Any) -> bytes:
    """Return a graph of 16 units with random weights. `options` are those of `Skeleton.fill`."""
    return Skeleton(name).fill(random_weights(16, ENGLISH), ENGLISH, **options)

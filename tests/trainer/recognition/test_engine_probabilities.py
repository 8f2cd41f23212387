"""The batched engine computes what the trainer's network computes, in each frame and for each label.

The proof of a new model compares texts, in which a small error of the weights may not show.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.transcriber.graph_skeletons import DEMO, OFFICIAL
from tests.support.weak_model import write_weak_model
from tests.trainer.conftest import ROOT, small_graph
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Example
from trainer.network.weights import Weights
from trainer.recognition import recogniser_process
from transcriber.model.model_folder import open_folder

Clips = list[tuple[npt.NDArray[np.int16], str]]
#: Largest difference of a logarithm of a probability. Both sides calculate with 32 bits and add in another order, which
#: made a difference of 4e-5 at most; a processor with other vector instructions adds in yet another order. The smallest
#: change of the weights that is tried below makes a difference of 4e-3.
TOLERANCE = 1e-3
ROLES = [
    "lstm.kernel", "lstm.biases", *(f"layer_{n}.{kind}" for n in (1, 2, 3, 5, 6) for kind in ("weights", "biases"))
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class HeardModel:
    """A model, recordings, and what the engine computed of them."""

    model: AcousticModel
    examples: list[Example]
    #: For each recording, shape (frames, labels + 1).
    of_engine: list[npt.NDArray[np.float32]]

    def difference(self, weights: Weights | None = None) -> float:
        """Return the largest difference to the trainer's network, in logarithms of probabilities.

        Args:
            weights: other weights of the trainer's network than the model's.
        """
        of_trainer = self.model.probabilities(self.examples, weights)
        assert [rows.shape for rows in of_trainer] == [rows.shape for rows in self.of_engine]
        return float(np.abs(np.log(np.concatenate(of_trainer)) - np.log(np.concatenate(self.of_engine))).max())


@pytest.fixture(scope="module", params=[OFFICIAL, DEMO])
def heard(request: pytest.FixtureRequest, clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> HeardModel:
    """Let the engine hear with a graph of DeepSpeech's own exporter, or with a file that the trainer wrote."""
    scratch = tmp_path_factory.mktemp("heard")
    folder = scratch / "weak-1"
    if request.param == DEMO:
        write_weak_model(folder, np.random.default_rng(5))
    else:
        folder.mkdir()
        (folder / "weak-1.pb").write_bytes(small_graph(OFFICIAL))
    recordings = {str(number): samples for number, (samples, _) in enumerate(clips)}
    np.savez(scratch / "clips.npz", **recordings)
    module = "tests.support.engine_probabilities"
    subprocess.run(
        [recogniser_process.python_path(), "-m", module, folder, scratch / "clips.npz", scratch / "heard.npz"],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), recogniser_process.module_path()))},
    )
    model = AcousticModel(open_folder(folder).acoustic)
    with np.load(scratch / "heard.npz", allow_pickle=False) as stored:
        of_engine = [stored[number] for number in recordings]
    return HeardModel(model, [Example(model.features(samples), ()) for samples in recordings.values()], of_engine)


def test_engine_and_trainer_compute_the_same(heard: HeardModel) -> None:
    assert heard.difference() < TOLERANCE


@pytest.mark.parametrize("role", ROLES)
def test_a_change_of_one_layer_by_one_per_cent_is_seen(heard: HeardModel, role: str) -> None:
    weights = heard.model.weights
    assert weights.keys() == set(ROLES)
    assert heard.difference({**weights, role: weights[role] * np.float32(1.01)}) > 2 * TOLERANCE

"""A writer of model folders: the taught acoustic model, the scorer of the base model, and `model.json` with lineage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from trainer.network.weights import Weights
from trainer.writing.model_writer import write_model
from transcriber.model.digest import sha256
from transcriber.model.model_folder import ModelFolder
from transcription.contract.model_files import MODEL_JSON


def write_folder(base: ModelFolder, weights: Weights, target: Path, lineage: Mapping[str, str]) -> None:
    """Write the folder of a taught model. Its name is the name of the model.

    Args:
        base: the base model.
        weights: the new weights.
        target: the folder to write. An earlier one is replaced.
        lineage: what the model was made from.

    Raises:
        GraphUnsupported, WeightsShared, WeightsInvalid: the weights cannot be written into the base model's file.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    acoustic = target / f"{target.name}{base.acoustic.suffix}"
    write_model(base.acoustic, weights, acoustic)
    digests = {acoustic.name: sha256(acoustic)}
    if base.scorer is not None:
        shutil.copyfile(base.scorer, target / base.scorer.name)
        digests[base.scorer.name] = sha256(target / base.scorer.name)
    settings = {
        name: value
        for name in ("lm_alpha", "lm_beta", "beam_width")
        if (value := getattr(base.defaults, name)) is not None
    }
    document = {"name": target.name, **settings, "sha256": digests, "lineage": dict(lineage)}
    (target / MODEL_JSON).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

"""A writer of model folders: the taught acoustic model, the scorer of the base model, and `model.json` with lineage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
    files = [acoustic]
    if base.scorer is not None:
        files.append(Path(shutil.copyfile(base.scorer, target / base.scorer.name)))
    weights_of_scorer = {"lm_alpha": base.defaults.lm_alpha, "lm_beta": base.defaults.lm_beta}
    _describe(base, files, weights_of_scorer, target, lineage)


def write_folder_with_scorer(
    base: ModelFolder, scorer: Path, weights: tuple[float, float], target: Path, lineage: Mapping[str, str]
) -> None:
    """Write the folder of a model that has the acoustic model of the base model and a new scorer.

    Args:
        base: the base model.
        scorer: the new scorer, which is in `target` already.
        weights: `lm_alpha` and `lm_beta`.
        target: the folder. Its name is the name of the model.
        lineage: what the model was made from.
    """
    acoustic = target / f"{target.name}{base.acoustic.suffix}"
    if not acoustic.exists():
        shutil.copyfile(base.acoustic, acoustic)
    _describe(base, [acoustic, scorer], {"lm_alpha": weights[0], "lm_beta": weights[1]}, target, lineage)


def keep_lineage(earlier: Path, later: Path) -> None:
    """Let a model that was taught from a taught model name the base of both, and what both were made from.

    Args:
        earlier: the folder of the model in between, which nobody keeps.
        later: the folder of the model that was taught from it.
    """
    was, document = (json.loads((folder / MODEL_JSON).read_text(encoding="utf-8")) for folder in (earlier, later))
    document["lineage"] |= was["lineage"]
    _write(document, later)


def _describe(
    base: ModelFolder,
    files: Sequence[Path],
    weights: Mapping[str, float | None],
    target: Path,
    lineage: Mapping[str, str],
) -> None:
    """Write `model.json`: the name, the settings of the decoder, the digests and the lineage."""
    settings = {**weights, "beam_width": base.defaults.beam_width}
    document = {
        "name": target.name,
        **{name: value for name, value in settings.items() if value is not None},
        "sha256": {file.name: sha256(file) for file in files},
        "lineage": dict(lineage),
    }
    _write(document, target)


def _write(document: Mapping[str, Any], folder: Path) -> None:
    """Write `model.json`."""
    (folder / MODEL_JSON).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

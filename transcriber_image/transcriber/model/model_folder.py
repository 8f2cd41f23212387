"""A model folder: one acoustic model, an optional scorer, and an optional `model.json`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from transcriber.model.digest import sha256
from transcriber.model.model_defaults import FILE_NAME, ModelDefaults, read_defaults
from transcription.contract.errors import ModelInvalid, ModelMissing
from transcription.contract.model_files import EXPECTED, choose_model_files
from transcription.contract.result import Model


@dataclass(frozen=True)
class ModelFolder:
    """The files of a model, which are not loaded yet."""

    record: Model
    #: Path of the acoustic model.
    acoustic: Path
    scorer: Optional[Path]
    defaults: ModelDefaults


def open_folder(folder: Path, name: str = "") -> ModelFolder:
    """Find and check the files of a model.

    The function calculates the digests of the acoustic model and of the scorer. This takes about 2 s for the official
    model with its scorer.

    Args:
        folder: the model folder. If it has both a `.pbmm` and a `.pb` file, the `.pbmm` file is used.
        name: the name of the model. If it is empty, the name in `model.json` is used, or else the name of the folder.

    Raises:
        ModelMissing: the folder does not exist, or has no acoustic model.
        ModelInvalid: the folder has several models or scorers, `model.json` is not valid, or a file does not have the
            digest that `model.json` states.
    """
    if not folder.is_dir():
        raise ModelMissing(f"There is no model folder {folder}. It should hold {EXPECTED}.")
    names = {path.name for path in folder.iterdir() if path.is_file()}
    files = choose_model_files(str(folder), names)
    acoustic, scorer = folder / files.acoustic, folder / files.scorer if files.scorer else None
    defaults = read_defaults(folder)
    missing = sorted(set(defaults.sha256 or ()) - names)
    if missing:
        raise ModelInvalid(f"{folder / FILE_NAME} promises {', '.join(missing)}, which is not there. Upload it too.")
    record = Model(
        name=name or defaults.name or folder.name,
        acoustic_sha256=sha256(acoustic),
        scorer_sha256=sha256(scorer) if scorer else None,
    )
    _check_digest(acoustic, record.acoustic_sha256, defaults)
    if scorer and record.scorer_sha256:
        _check_digest(scorer, record.scorer_sha256, defaults)
    return ModelFolder(record, acoustic, scorer, defaults)


def _check_digest(path: Path, actual: str, defaults: ModelDefaults) -> None:
    expected = (defaults.sha256 or {}).get(path.name, actual)
    if expected.lower() != actual:
        raise ModelInvalid(
            f"{path} is not the file that {FILE_NAME} promises: its SHA-256 is {actual}, not {expected}. "
            "Upload it again, or put the digest right."
        )

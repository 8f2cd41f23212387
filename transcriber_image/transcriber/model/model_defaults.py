"""The file `model.json` of a model folder, in which the maker of a model can set a name and decoder settings for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Optional

from transcription.contract.errors import ModelInvalid, OptionInvalid, RecordInvalid
from transcription.contract.model_files import MODEL_JSON
from transcription.contract.options import Options
from transcription.contract.records import parse

FILE_NAME = MODEL_JSON


@dataclass(frozen=True)
class ModelDefaults:
    """The contents of `model.json`. If a decoder setting is `None`, the value in the scorer or in the graph is used."""

    #: Name of the model in transcripts and reports.
    name: Optional[str] = None
    #: The weights of the scorer: `lm_alpha` of the language model, `lm_beta` as a bonus for each word.
    lm_alpha: Optional[float] = None
    lm_beta: Optional[float] = None
    beam_width: Optional[int] = None
    #: The text that the model must recognise in `--self-test`.
    self_test: Optional[str] = None
    #: Information for users, without effect.
    version: Optional[str] = None
    #: What the model was made from, for people, without effect.
    lineage: Optional[dict[str, str]] = None
    #: SHA-256 of files in the folder, in hexadecimal, by name. A file with another digest is refused.
    sha256: Optional[dict[str, str]] = None


def read_defaults(folder: Path) -> ModelDefaults:
    """Read `model.json` in a model folder.

    Returns:
        The contents. All values are `None` if the file does not exist.

    Raises:
        ModelInvalid: the file is no JSON object, or has unknown fields, wrong types or values out of range.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return ModelDefaults()
    known = [field.name for field in fields(ModelDefaults)]
    try:
        document = json.loads(path.read_bytes())
        defaults: ModelDefaults = parse(ModelDefaults, document, str(path))
    except (ValueError, RecordInvalid) as error:
        reason = error.message if isinstance(error, RecordInvalid) else f"{path} is not JSON: {error}."
        raise ModelInvalid(f"{reason} It may hold {', '.join(known)}.") from error
    unknown = sorted(set(document) - set(known))
    if unknown:
        raise ModelInvalid(f"{path} holds {', '.join(unknown)}; it may hold {', '.join(known)}.")
    try:
        Options(beam_width=defaults.beam_width, lm_alpha=defaults.lm_alpha, lm_beta=defaults.lm_beta)
    except OptionInvalid as error:
        raise ModelInvalid(f"{path}: {error.message}") from error
    return defaults

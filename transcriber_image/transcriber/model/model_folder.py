"""A model folder: one acoustic model, at most one scorer, and defaults for the decoder if its maker gives some."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Optional

from transcriber.model.digest import sha256
from transcription.contract.errors import ModelInvalid, ModelMissing, OptionInvalid, RecordInvalid
from transcription.contract.options import Options
from transcription.contract.records import parse
from transcription.contract.result import Model

DEFAULTS = "model.json"
EXPECTED = f"one .pbmm (or .pb) file, at most one .scorer file and, if wished, a {DEFAULTS}"


@dataclass(frozen=True)
class Defaults:
    """What `model.json` may say. `None` leaves a value to the scorer or the graph, which hold their own."""

    #: What people call the model.
    name: Optional[str] = None
    #: The weight of the language model, and the bonus for each word.
    lm_alpha: Optional[float] = None
    lm_beta: Optional[float] = None
    beam_width: Optional[int] = None
    #: What `--self-test` must hear.
    self_test: Optional[str] = None
    #: For people; nothing depends on it.
    version: Optional[str] = None
    #: SHA-256 of files in the folder by their names, hexadecimal. A file that differs is refused.
    sha256: Optional[dict[str, str]] = None


@dataclass(frozen=True)
class ModelFolder:
    """The files of a model, found but not loaded."""

    record: Model
    acoustic: Path
    scorer: Optional[Path]
    defaults: Defaults


def open_folder(folder: Path, name: str = "") -> ModelFolder:
    """The model in `folder`, called `name`, or else what its `model.json` or the folder says.

    Reads every byte once, for the digests: some 2 s for the official model with its scorer.

    Raises:
        ModelMissing: there is no such folder, or no acoustic model in it.
        ModelInvalid: more than one model or scorer, a `model.json` that cannot be used, or a file that differs from the
            digest there.
    """
    if not folder.is_dir():
        raise ModelMissing(f"There is no model folder {folder}. It should hold {EXPECTED}.")
    files = sorted(each for each in folder.iterdir() if each.is_file())
    acoustic = _only(folder, files, ".pbmm") or _only(folder, files, ".pb")
    if acoustic is None:
        found = ", ".join(each.name for each in files) or "nothing"
        raise ModelMissing(f"There is no acoustic model in {folder}: expected {EXPECTED}; found {found}.")
    scorer = _only(folder, files, ".scorer")
    defaults = _read_defaults(folder / DEFAULTS)
    missing = sorted(set(defaults.sha256 or ()) - {each.name for each in files})
    if missing:
        raise ModelInvalid(f"{folder / DEFAULTS} promises {', '.join(missing)}, which is not there. Upload it too.")
    record = Model(
        name=name or defaults.name or folder.name,
        acoustic_sha256=sha256(acoustic),
        scorer_sha256=sha256(scorer) if scorer else None,
    )
    _check(acoustic, record.acoustic_sha256, defaults)
    if scorer and record.scorer_sha256:
        _check(scorer, record.scorer_sha256, defaults)
    return ModelFolder(record, acoustic, scorer, defaults)


def _only(folder: Path, files: list[Path], suffix: str) -> Optional[Path]:
    """The file with this suffix, if there is one."""
    found = [each for each in files if each.suffix == suffix]
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise ModelInvalid(f"There is more than one {suffix} file in {folder}: {names}. It should hold {EXPECTED}.")
    return found[0] if found else None


def _check(path: Path, digest: str, defaults: Defaults) -> None:
    promised = (defaults.sha256 or {}).get(path.name, digest)
    if promised.lower() != digest:
        raise ModelInvalid(
            f"{path} is not the file that {DEFAULTS} promises: its SHA-256 is {digest}, not {promised}. "
            "Upload it again, or put the digest right."
        )


def _read_defaults(path: Path) -> Defaults:
    if not path.exists():
        return Defaults()
    known = [each.name for each in fields(Defaults)]
    try:
        document = json.loads(path.read_bytes())
        defaults: Defaults = parse(Defaults, document, str(path))
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

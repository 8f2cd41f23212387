"""The files of a model folder, chosen by their names: an acoustic model and, if there is one, a scorer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Optional

from .errors import ModelInvalid, ModelMissing
from .log_text import printable

MODEL_JSON = "model.json"
EXPECTED = f"one .pbmm (or .pb) file, at most one .scorer file and, if wished, a {MODEL_JSON}"
#: How many files a message names.
_NAMED = 10


@dataclass(frozen=True)
class ModelFiles:
    """The names of the files that are used."""

    #: The acoustic model.
    acoustic: str
    scorer: Optional[str] = None


def choose_model_files(folder: str, names: Iterable[str]) -> ModelFiles:
    """Choose the files of a model.

    Args:
        folder: the model folder, for messages.
        names: the names of all files in the folder. If there are both `.pbmm` and `.pb` files, the `.pbmm` is used.

    Raises:
        ModelMissing: there is no acoustic model. The message names what was found.
        ModelInvalid: there are several acoustic models or several scorers.
    """
    files = sorted(names)
    acoustic = _find_only(folder, files, ".pbmm") or _find_only(folder, files, ".pb")
    if acoustic is None:
        raise ModelMissing(f"There is no acoustic model in {folder}: expected {EXPECTED}; found {_listed(files)}.")
    return ModelFiles(acoustic, _find_only(folder, files, ".scorer"))


def _find_only(folder: str, files: Sequence[str], suffix: str) -> Optional[str]:
    """Return the file with a suffix, or `None` if no file has this suffix.

    Raises:
        ModelInvalid: several files have this suffix.
    """
    matching = [name for name in files if name.endswith(suffix) and name != suffix]
    if len(matching) > 1:
        raise ModelInvalid(
            f"There is more than one {suffix} file in {folder}: {_listed(matching)}. It should hold {EXPECTED}."
        )
    return matching[0] if matching else None


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return (", ".join(map(printable, names[:_NAMED])) or "nothing") + more

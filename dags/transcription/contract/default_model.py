"""The record `models/default.json`: the model of runs that choose none, and how it changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Optional

from .errors import DefaultModelInvalid, RecordInvalid
from .options import MODEL_NAME
from .records import load

#: The name of the model in the container image, in this record.
IMAGE_MODEL = ""


@dataclass(frozen=True)
class ModelChange:
    """One choice of the model in use."""

    model: str
    #: The model until then; empty: the one in the container image.
    previous: str
    #: ISO 8601 in UTC.
    changed: str
    #: The name of the person, or the DAG and the id of the run that chose.
    by: str
    reason: str = ""


@dataclass(frozen=True)
class DefaultModel:
    """The model in use, and all choices of it."""

    #: The name of a folder below `models/`; empty: the model in the container image.
    model: str = IMAGE_MODEL
    #: All changes, the newest first.
    changes: tuple[ModelChange, ...] = ()

    def changed_to(self, model: str, *, changed: str, by: str, reason: str = "") -> DefaultModel:
        """Return the record after another model was chosen."""
        change = ModelChange(model, self.model, changed, by, reason)
        return replace(self, model=model, changes=(change, *self.changes))


def read_default_model(data: Optional[bytes], where: str) -> DefaultModel:
    """Return the record in the content of an object.

    Args:
        data: the content; None if there is no object, so that the model in the container image is in use.
        where: the address of the object, for the error.

    Raises:
        DefaultModelInvalid: the object is damaged, or names no folder.
    """
    if data is None:
        return DefaultModel()
    try:
        record = load(DefaultModel, data, where)
    except RecordInvalid as error:
        raise DefaultModelInvalid(f"{error.message} {_advice(where)}") from error
    if record.model and not re.fullmatch(MODEL_NAME, record.model):
        raise DefaultModelInvalid(f"{where} names the model {record.model!r}, which is no folder. {_advice(where)}")
    return record


def _advice(where: str) -> str:
    return (
        "No run guesses which model it means. Choose a model on the page Models, which replaces the record, or restore "
        f"its last version. Without {where}, runs use the model in the container image."
    )

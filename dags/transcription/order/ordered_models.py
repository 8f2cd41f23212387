"""The models that an order names: they must be in the bucket before anything is paid for."""

from __future__ import annotations

from transcription.contract import keys
from transcription.contract.errors import ModelMissing
from transcription.contract.model_files import choose_model_files
from transcription.shared.bucket import Bucket


def model_in_image(bucket: Bucket, field: str) -> ModelMissing:
    """Return the error for a model in use that is not in the bucket. `field` of the form could name another one."""
    return ModelMissing(
        "Runs use the model in the container image, which is not in the bucket. Upload a folder with its files to "
        f"{bucket.uri(keys.MODELS_FOLDER)}, for example the one that `make model` fetches, and press Use this model "
        f"there on the page Models. Or name the folder in the field {field}."
    )


def check_model(bucket: Bucket, name: str) -> None:
    """Check that the bucket has the files of a model.

    Raises:
        ModelMissing, ModelInvalid: the model is not there, or cannot be used.
    """
    folder = keys.model(name)
    names = [entry.key.removeprefix(folder) for entry in bucket.list(folder)]
    choose_model_files(bucket.uri(folder), [file for file in names if "/" not in file])

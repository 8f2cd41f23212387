"""The choice of a run's model."""

from __future__ import annotations

import logging
from dataclasses import replace

from transcription.contract import keys
from transcription.contract.default_model import read_default_model
from transcription.contract.options import Options
from transcription.shared.bucket import Bucket

log = logging.getLogger(__name__)


def with_model_in_use(bucket: Bucket, options: Options) -> Options:
    """Return the options of a run with the model in use, if neither the form nor the settings name one.

    Args:
        bucket: the audio bucket.
        options: the options from the form and the settings.

    Raises:
        DefaultModelInvalid: the record of the model in use is damaged.
    """
    if options.model:
        return options
    address = bucket.uri(keys.DEFAULT_MODEL)
    model = read_default_model(bucket.read(keys.DEFAULT_MODEL), address).model
    if model:
        log.info("The run uses the model %s, which %s names.", model, address)
    return replace(options, model=model)

"""The fingerprint of a transcript: a digest of everything besides the audio that determines the transcript's content.

Records store the fingerprint in the field `recipe`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from transcription.contract import keys
from transcription.contract.errors import ModelMissing
from transcription.contract.model_files import choose_model_files
from transcription.contract.options import Options
from transcription.shared.bucket import Bucket


def fingerprint(bucket: Bucket, options: Options, image_model: str) -> str:
    """Return the fingerprint of the transcripts that a run with these options writes: 32 hexadecimal digits.

    Options with their default value are left out. A new option in a release therefore does not make existing
    transcripts outdated.

    Args:
        bucket: the audio bucket. If the options name a model in it, the keys and ETags of its files identify the model.
        options: the options of the run.
        image_model: the deployment's name for the model in the container image, which a run without a model uses.

    Raises:
        ModelMissing: the options name a model that is not in the bucket, or that has no acoustic model.
        ModelInvalid: the model has several acoustic models or several scorers.
    """
    model: object = image_model
    if options.model:
        prefix = keys.model(options.model)
        model = sorted((file.key, file.etag) for file in bucket.list(prefix) if file.key != prefix)
        if not model:
            raise ModelMissing(
                f"There is no model {bucket.uri(prefix)}. Upload a .pbmm there, or choose another model: in the form, "
                f"in the setting `model`, or, if {keys.DEFAULT_MODEL} names it, on the page Models."
            )
        names = [key[len(prefix) :] for key, _ in model]
        choose_model_files(bucket.uri(prefix), (name for name in names if "/" not in name))
    defaults = asdict(Options())
    chosen = {name: value for name, value in asdict(options.for_comparison()).items() if value != defaults[name]}
    return hashlib.sha256(json.dumps([chosen, model], sort_keys=True).encode()).hexdigest()[:32]

"""The fingerprint of a transcript: a digest of everything besides the audio that decides its content.

Records store it in the field `recipe`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from transcription.contract import keys
from transcription.contract.errors import ModelMissing
from transcription.contract.options import Options
from transcription.shared.bucket import Bucket


def fingerprint(bucket: Bucket, options: Options, image_model: str) -> str:
    """Return the fingerprint of the transcripts that a run with these options writes.

    Options with their default value are left out, so that a release that adds an option makes no transcript outdated.

    Args:
        bucket: holds the model, if the options name one. It is identified by the ETags of its files.
        options: options of the run.
        image_model: the deployment's name for the model in the container image.

    Raises:
        ModelMissing: the options name a model that is not in the bucket.
    """
    model: object = image_model
    if options.model:
        prefix = keys.model(options.model)
        model = sorted((file.key, file.etag) for file in bucket.list(prefix) if file.key != prefix)
        if not model:
            raise ModelMissing(
                f"There is no model {bucket.uri(prefix)}. Upload a .pbmm there, or choose another model."
            )
    defaults = asdict(Options())
    chosen = {name: value for name, value in asdict(options.for_comparison()).items() if value != defaults[name]}
    return hashlib.sha256(json.dumps([chosen, model], sort_keys=True).encode()).hexdigest()[:32]

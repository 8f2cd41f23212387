"""The errors of the trainer, one class per cause. The codes never change, because reports contain them."""

from __future__ import annotations

from transcription.contract.errors import SystemFault


class WeightsShared(SystemFault):
    """Raised when a model file stores two different weights in the same bytes."""

    code = "WEIGHTS_SHARED"


class WeightsInvalid(SystemFault):
    """Raised when weights do not fit the network into which they are to be written, or are not finite."""

    code = "WEIGHTS_INVALID"


class RecogniserFailed(SystemFault):
    """Raised when the process that recognises with DeepSpeech's own libraries fails."""

    code = "RECOGNISER_FAILED"


class ProofFailed(SystemFault):
    """Raised when an engine hears other texts with the new model than the trainer."""

    code = "PROOF_FAILED"


class SetInvalid(SystemFault):
    """Raised when a folder contains nothing that can be taught."""

    code = "SET_INVALID"


class SetTooSmall(SystemFault):
    """Raised when a set has too few usable recordings to learn from, or to choose a model by."""

    code = "SET_TOO_SMALL"


class AlphabetForeign(SystemFault):
    """Raised when most texts of a set contain letters that the model cannot write."""

    code = "ALPHABET_FOREIGN"


class SynthesiserFailed(SystemFault):
    """Raised when espeak-ng does not speak."""

    code = "SYNTHESISER_FAILED"


class OutNotEmpty(SystemFault):
    """Raised when the folder for the result contains files, which a machine must not overwrite."""

    code = "OUT_NOT_EMPTY"


class KenlmMissing(SystemFault):
    """Raised when KenLM's programs, which estimate language models, are not there."""

    code = "KENLM_MISSING"


class KenlmFailed(SystemFault):
    """Raised when one of KenLM's programs fails."""

    code = "KENLM_FAILED"


class BucketFailed(SystemFault):
    """Raised when what is taught cannot be fetched from the bucket, or the new model cannot be stored there."""

    code = "BUCKET_FAILED"

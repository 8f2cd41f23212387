"""The choice of the scorer's weights: `lm_alpha` of the language model, and `lm_beta`, the bonus for each word."""

from __future__ import annotations

from typing import Optional

from transcriber.model.model_folder import ModelFolder
from transcription.contract.errors import OptionInvalid
from transcription.contract.options import Options


def choose_weights(folder: ModelFolder, options: Options) -> Optional[tuple[float, float]]:
    """Choose `lm_alpha` and `lm_beta`: those of the options, or else those of `model.json`.

    Returns:
        Both weights. `None` if neither sets them, so that the weights in the scorer file apply, or if there is no
        scorer.

    Raises:
        OptionInvalid: the options set the weights, but the model has no scorer.
    """
    if folder.scorer is None:
        if options.lm_alpha is not None:
            raise OptionInvalid(
                f"lm_alpha and lm_beta weigh a scorer, and model {folder.record.name} has none: put a .scorer beside "
                f"{folder.acoustic.name}, choose another model, or leave the two out."
            )
        return None
    for settings in (options, folder.defaults):
        if settings.lm_alpha is not None and settings.lm_beta is not None:
            return settings.lm_alpha, settings.lm_beta
    return None

"""How much the language model counts: what was chosen, if anything was."""

from __future__ import annotations

from typing import Optional

from transcriber.model.model_folder import ModelFolder
from transcription.contract.errors import OptionInvalid
from transcription.contract.options import Options


def choose_weights(folder: ModelFolder, options: Options) -> Optional[tuple[float, float]]:
    """Alpha and beta as the run or else `model.json` has them; nothing where the scorer's own are in force.

    Raises:
        OptionInvalid: the run chooses them, and the model has no scorer.
    """
    if folder.scorer is None:
        if options.lm_alpha is not None:
            raise OptionInvalid(
                f"lm_alpha and lm_beta weigh a scorer, and model {folder.record.name} has none: put a .scorer beside "
                f"{folder.acoustic.name}, choose another model, or leave the two out."
            )
        return None
    for each in (options, folder.defaults):
        if each.lm_alpha is not None and each.lm_beta is not None:
            return each.lm_alpha, each.lm_beta
    return None

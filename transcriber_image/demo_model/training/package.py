"""The files of the demo model: the acoustic model, the scorer, and `model.json`, which describes both."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from . import graph, pbmm, scorer

NAME = "demo"
VERSION = "1.1.0"
SELF_TEST = "yes start play next"  # the text of the clip inside the transcriber
BEAM_WIDTH = 100  # with this vocabulary a wider beam gives the same texts


def write(weights: Path, tools: Path, folder: Path, alpha: float, beta: float) -> None:
    """Write `demo.pbmm`, `demo.scorer` and `model.json` into `folder`.

    Args:
        weights: The `.npz` file with the weights that `Network.exported` made.
        tools: The folder with KenLM's source archive.
        folder: The folder to write to.
        alpha: The weight of the language model.
        beta: The bonus for each word.
    """
    with np.load(weights) as file:
        pbmm.write(graph.build(dict(file)), folder / f"{NAME}.pbmm")
    scorer.write(folder / f"{NAME}.scorer", tools, alpha, beta)
    describe(folder, alpha, beta)


def describe(folder: Path, alpha: float, beta: float) -> None:
    """Write `model.json` for the acoustic model and the scorer in `folder`. `alpha` and `beta` are as in `write`."""
    names = (f"{NAME}.pbmm", f"{NAME}.scorer")
    description = {
        "name": NAME,
        "version": VERSION,
        "lm_alpha": alpha,
        "lm_beta": beta,
        "beam_width": BEAM_WIDTH,
        "self_test": SELF_TEST,
        "sha256": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
    }
    (folder / "model.json").write_text(json.dumps(description, indent=2) + "\n")

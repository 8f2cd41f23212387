"""The command `python -m training STEP --work FOLDER`.

It runs one step of the training of the demo model. The Makefile runs all steps.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

SHIPPED = Path(__file__).parents[1]


# Each step imports what it needs, because the steps run in two Python environments.
def speak(work: Path, digits: Path) -> None:
    """Collect the corpora: synthesise speech, and read the recordings of people."""
    from .corpora import make

    make(digits, work / "corpora")


def augment(work: Path) -> None:
    """Write the features of augmented speech to several files."""
    from .dataset import write

    write(work / "corpora", work / "shards")


def unpack(work: Path) -> None:
    """Write the weights of the present acoustic model, from which `train` continues, to a file."""
    import numpy as np

    from transcriber.model.graph.graph_file import open_graph
    from transcriber.model.graph.tensors import floats

    graph = open_graph(SHIPPED / "demo.pbmm")
    weights = {name: floats(graph, node) for name, node in graph.nodes.items() if name.startswith(("layer_", "lstm_"))}
    np.savez(work / "start.npz", **weights)


def train(work: Path, minutes: float) -> None:
    """Train the network. Continue from the weights that `unpack` wrote, if it was run."""
    from .training import train

    start = work / "start.npz"
    train(work / "shards", work / "weights.npz", minutes, start if start.exists() else None)


def package(work: Path) -> None:
    """Tune the scorer's weights and write the files of the model."""
    from .evaluation import tune
    from .package import write

    write(work / "weights.npz", work / "tools", SHIPPED, 1.0, 1.0)
    alpha, beta = tune(SHIPPED, work / "corpora")
    write(work / "weights.npz", work / "tools", SHIPPED, alpha, beta)


def clips(work: Path) -> None:
    """Write the example clips, spoken by held-out voices."""
    from .clips import write

    write(SHIPPED, work / "corpora" / "espeak", SHIPPED / "clips")


def evaluate(work: Path) -> None:
    """Measure the files of the model."""
    from .evaluation import evaluate

    figures = evaluate(SHIPPED, work / "corpora")
    (SHIPPED / "evaluation.json").write_text(json.dumps(figures, indent=2) + "\n")


def main() -> None:
    """Run the step that the command line names."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="STEP")
    for function in (speak, augment, unpack, train, package, clips, evaluate):
        step = steps.add_parser(function.__name__, help=function.__doc__)
        step.set_defaults(function=function)
        step.add_argument("--work", type=Path, required=True, help="folder for intermediate files")
        if function is speak:
            step.add_argument("--digits", type=Path, required=True, help="folder of real recordings")
        if function is train:
            step.add_argument("--minutes", type=float, default=48)
    arguments = vars(parser.parse_args())
    arguments.pop("function")(**arguments)


if __name__ == "__main__":
    main()

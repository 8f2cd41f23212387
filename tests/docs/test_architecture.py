"""The picture of the layers: it shows the layers that `make lint` checks, the higher ones first."""

import re
import tomllib
from itertools import pairwise
from typing import Any

import pytest

from tests.support.markdown_pages import ROOT

PICTURE = (ROOT / "docs" / "architecture.md").read_text().split("```mermaid\n", 1)[1].split("```")[0]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
#: The packages of the product are subgraphs of the picture; these are their names in it.
SUBGRAPHS = {
    "transcription": "Airflow, Python 3.12",
    "transcriber": "container, Python 3.9",
    "transcript_pages": "web server, Python 3.12",
    "trainer": "trainer, Python 3.12",
    "recogniser": "recogniser, Python 3.9",
    "bucket_access": "bucket_access, Python 3.9",
}
#: It comes into play on the command line only, and would clutter the picture.
LEFT_OUT = {"self_test"}


def place(layer: str) -> int:
    """Where the label of a layer begins in the picture."""
    label = re.search(SUBGRAPHS.get(layer, rf"[\" ]{layer}(/|\.py\")"), PICTURE)
    assert label is not None, f"{layer} is missing"
    return label.start()


@pytest.mark.parametrize("contract", [contract for contract in CONTRACTS if contract["type"] == "layers"])
def test_the_picture_shows_the_layers_in_their_order(contract: dict[str, Any]) -> None:
    layers = [[name for name in layer.split(" | ") if name not in LEFT_OUT] for layer in contract["layers"]]
    places = [[place(name) for name in names] for names in layers]
    if "containers" not in contract:  # DAG and container stand beside each other there
        places[-2:] = [places[-2] + places[-1]]
    assert all(max(higher) < min(lower) for higher, lower in pairwise(places))

"""A model file as the network it holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transcriber.model.graph.acoustic_graph import AcousticGraph
from transcriber.model.graph.backward_steps import begin
from transcriber.model.graph.feature_nodes import read_features
from transcriber.model.graph.graph_file import open_graph
from transcriber.model.graph.metadata import read_labels, read_metadata
from transcriber.model.graph.network import read_network
from transcriber.model.graph.tensorflow_graph import Graph
from transcription.contract.errors import GraphUnsupported, ModelInvalid


def read_graph(path: Path) -> AcousticGraph:
    """The network of a `.pb` or `.pbmm` file as DeepSpeech 0.9 exports it.

    The weights are views of the file where they are aligned in it, as all are in a `.pbmm`: while they are in use, the
    file must not be changed.

    Raises:
        ModelInvalid: the file is damaged, or holds numbers that are none.
        GraphUnsupported: the graph is another one than DeepSpeech 0.9's; it says which node is, and how.
    """
    with _named(path, "without layer normalisation, or set the engine to libdeepspeech"):
        return _read(open_graph(path))


def read_letters(path: Path) -> frozenset[bytes]:
    """The letters that a `.pb` or `.pbmm` file spells with, in UTF-8; single bytes where it was trained to spell so.

    Raises:
        ModelInvalid: the file is damaged.
        GraphUnsupported: the file holds no alphabet.
    """
    with _named(path, "which writes its alphabet into it"):
        return frozenset(read_labels(open_graph(path)))


@contextmanager
def _named(path: Path, advice: str) -> Iterator[None]:
    """Put the file and what to do with it into an error about its graph."""
    try:
        yield
    except GraphUnsupported as error:
        raise GraphUnsupported(
            f"{path} is not built as DeepSpeech 0.9 builds its graphs: {error.message}. "
            f"Export it again with the training code of DeepSpeech 0.9, {advice}."
        ) from error
    except ModelInvalid as error:
        raise ModelInvalid(
            f"{path} is damaged: {error.message}. Upload it again; if it still is, export it again."
        ) from error


def _read(graph: Graph) -> AcousticGraph:
    metadata = read_metadata(graph)
    walk = begin(graph)
    network = read_network(walk, len(metadata.labels) + 1)
    return AcousticGraph(
        read_features(walk, metadata),
        walk.width // 2,
        walk.steps,
        network.before,
        network.lstm,
        network.after,
        network.output,
        network.relu_clip,
        metadata.labels,
        metadata.beam_width,
    )

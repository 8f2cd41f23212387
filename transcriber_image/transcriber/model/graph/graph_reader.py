"""A reader of the network, or of the alphabet only, in a model file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transcriber.model.graph.acoustic_graph import AcousticGraph
from transcriber.model.graph.feature_nodes import read_features
from transcriber.model.graph.graph_file import open_graph
from transcriber.model.graph.graph_matcher import create_matcher
from transcriber.model.graph.metadata import read_labels, read_metadata
from transcriber.model.graph.network import read_network
from transcriber.model.graph.streaming_check import check_streaming
from transcriber.model.graph.tensorflow_graph import Graph
from transcription.contract.errors import GraphUnsupported, ModelInvalid


def read_graph(path: Path) -> AcousticGraph:
    """Read the network of a `.pb` or `.pbmm` file that DeepSpeech 0.9 exported.

    Weights that are aligned in the file are not copied: their arrays are views of the file. All weights of a `.pbmm`
    file are aligned. Do not change the file while the weights are in use.

    Raises:
        ModelInvalid: the file is damaged, or a weight is not finite.
        GraphUnsupported: the graph does not have DeepSpeech 0.9's structure. The message names the node that differs.
    """
    with _add_file_name(path, "without layer normalisation, or set the engine to libdeepspeech"):
        return _read(open_graph(path))


def read_letters(path: Path) -> frozenset[bytes]:
    """Read the alphabet of a `.pb` or `.pbmm` file.

    Returns:
        The letters in UTF-8, or single bytes if the model was trained to spell in bytes.

    Raises:
        ModelInvalid: the file is damaged.
        GraphUnsupported: the file contains no alphabet.
    """
    with _add_file_name(path, "which writes its alphabet into it"):
        return frozenset(read_labels(open_graph(path)))


def check_graph(path: Path) -> tuple[bytes, ...]:
    """Check that DeepSpeech's client can stream audio through the graph of a `.pb` or `.pbmm` file.

    Returns:
        The alphabet: the letter of each label, as in `AcousticGraph`.

    Raises:
        ModelInvalid: the file is damaged.
        GraphUnsupported: the client cannot use the graph.
    """
    with _add_file_name(path, "for the client that streams audio"):
        graph = open_graph(path)
        metadata = read_metadata(graph)
        check_streaming(graph, metadata)
        return metadata.labels


def read_step(path: Path) -> float:
    """Read the length of the time step of a `.pb` or `.pbmm` file, in seconds.

    Raises:
        ModelInvalid: the file is damaged.
        GraphUnsupported: the file lacks the metadata that DeepSpeech's client needs.
    """
    with _add_file_name(path, "which writes its metadata into it"):
        metadata = read_metadata(open_graph(path))
        return metadata.step / metadata.sample_rate


@contextmanager
def _add_file_name(path: Path, advice: str) -> Iterator[None]:
    """Add the path of the file, and what to do, to an error about the graph that the block raises.

    Args:
        path: the file.
        advice: the end of the advice on how to export the graph again.
    """
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
    check_streaming(graph, metadata)
    matcher = create_matcher(graph)
    network = read_network(matcher, len(metadata.labels) + 1)
    return AcousticGraph(
        read_features(matcher, metadata),
        matcher.width // 2,
        matcher.steps,
        network.layers_before_lstm,
        network.lstm,
        network.layer_after_lstm,
        network.output_layer,
        network.relu_clip,
        metadata.labels,
        metadata.beam_width,
    )

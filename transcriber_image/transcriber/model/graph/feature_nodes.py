"""The settings of the features, read from a graph's nodes between `input_samples` and `mfccs`."""

from __future__ import annotations

from transcriber.model.graph import tensors
from transcriber.model.graph.acoustic_graph import Features
from transcriber.model.graph.graph_matcher import GraphMatcher
from transcriber.model.graph.metadata import Metadata
from transcriber.model.graph.tensorflow_graph import BOOLEAN, FLOAT, INTEGER
from transcription.contract.errors import GraphUnsupported

#: Maximum number of samples in a window: more than a second at any usual sample rate.
_MAX_WINDOW = 2**18


def read_features(matcher: GraphMatcher, metadata: Metadata) -> Features:
    """Read the settings of the features.

    Missing attributes have the defaults of TensorFlow's operation definitions.

    Args:
        matcher: the graph.
        metadata: the metadata of the graph, which must agree with the nodes.

    Raises:
        GraphUnsupported: the graph does not calculate the features as DeepSpeech does, or the features do not fit the
            metadata or the network.
        ModelInvalid: a constant is damaged.
    """
    last = matcher.graph.node_named("mfccs")
    if last.operation == "Identity":
        last = matcher.input_node(last, 0, "Reshape", "Mfcc")
    mfcc = matcher.input_node(last, 0, "Mfcc") if last.operation == "Reshape" else matcher.require(last, "Mfcc")
    spectrogram = matcher.input_node(mfcc, 0, "AudioSpectrogram")
    if not spectrogram.attribute("magnitude_squared").integer(BOOLEAN):
        raise GraphUnsupported(f"{spectrogram} does not square magnitudes, of which {mfcc} takes the root")
    samples = matcher.input_node(matcher.input_node(spectrogram, 0, "ExpandDims"), 0, "Placeholder")
    window = spectrogram.attribute("window_size").integer(INTEGER)
    if samples.name != "input_samples" or not samples.shape() == (window,) == (metadata.window,):
        raise GraphUnsupported(
            f"{spectrogram} takes windows of {window} from {samples} of shape {samples.shape()}, "
            f"and its metadata say {metadata.window}"
        )
    sample_rate = tensors.integers(matcher.input_node(mfcc, 1, "Const"))
    if sample_rate != [metadata.sample_rate]:
        raise GraphUnsupported(f"{mfcc} is for {sample_rate[:1]} Hz, and its metadata say {metadata.sample_rate} Hz")
    features = Features(
        metadata.sample_rate,
        window,
        metadata.step,
        mfcc.attribute("dct_coefficient_count").integer(INTEGER, 13),
        mfcc.attribute("filterbank_channel_count").integer(INTEGER, 40),
        mfcc.attribute("lower_frequency_limit").single(FLOAT, 20.0),
        mfcc.attribute("upper_frequency_limit").single(FLOAT, 4000.0),
    )
    if features.coefficients != matcher.coefficients or not _is_possible(features):
        raise GraphUnsupported(f"{mfcc} makes {features}, and input_node takes {matcher.coefficients} coefficients")
    return features


def _is_possible(features: Features) -> bool:
    """Return whether TensorFlow's operations accept these settings."""
    return (
        2 <= features.window <= _MAX_WINDOW  # noqa: PLR2004 - the shortest window that has a spectrum
        and 0 < features.step <= features.window
        and 0 < features.coefficients <= features.channels <= features.window
        and 0 <= features.lowest < features.highest <= features.sample_rate / 2
    )

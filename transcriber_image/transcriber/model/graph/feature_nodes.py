"""The features in a graph: made from `input_samples` by AudioSpectrogram and Mfcc, to `mfccs`."""

from __future__ import annotations

from transcriber.model.graph import tensors
from transcriber.model.graph.acoustic_graph import Features
from transcriber.model.graph.backward_steps import Walk
from transcriber.model.graph.metadata import Metadata
from transcriber.model.graph.tensorflow_graph import BOOLEAN, FLOAT, INTEGER
from transcription.contract.errors import GraphUnsupported

#: Samples in a window: a second at any rate.
_LARGEST = 2**18


def read_features(walk: Walk, metadata: Metadata) -> Features:
    """Their settings. What an attribute leaves out, TensorFlow's definition of the operation says.

    Raises:
        GraphUnsupported: they are made in another way, or are others than the network takes.
    """
    end = walk.graph.named("mfccs")
    if end.operation == "Identity":
        end = walk.source(end, 0, "Reshape", "Mfcc")
    mfcc = walk.source(end, 0, "Mfcc") if end.operation == "Reshape" else walk.expect(end, "Mfcc")
    spectrogram = walk.source(mfcc, 0, "AudioSpectrogram")
    if not spectrogram.attribute("magnitude_squared").integer(BOOLEAN):
        raise GraphUnsupported(f"{spectrogram} does not square magnitudes, of which {mfcc} takes the root")
    samples = walk.source(walk.source(spectrogram, 0, "ExpandDims"), 0, "Placeholder")
    window = spectrogram.attribute("window_size").integer(INTEGER)
    if samples.name != "input_samples" or not samples.shape() == (window,) == (metadata.window,):
        raise GraphUnsupported(
            f"{spectrogram} takes windows of {window} from {samples} of shape {samples.shape()}, "
            f"and its metadata say {metadata.window}"
        )
    rate = tensors.integers(walk.source(mfcc, 1, "Const"))
    if rate != [metadata.sample_rate]:
        raise GraphUnsupported(f"{mfcc} is for {rate[:1]} Hz, and its metadata say {metadata.sample_rate} Hz")
    features = Features(
        metadata.sample_rate,
        window,
        metadata.step,
        mfcc.attribute("dct_coefficient_count").integer(INTEGER, 13),
        mfcc.attribute("filterbank_channel_count").integer(INTEGER, 40),
        mfcc.attribute("lower_frequency_limit").single(FLOAT, 20.0),
        mfcc.attribute("upper_frequency_limit").single(FLOAT, 4000.0),
    )
    if features.coefficients != walk.coefficients or not _is_possible(features):
        raise GraphUnsupported(f"{mfcc} makes {features}, and input_node takes {walk.coefficients} coefficients")
    return features


def _is_possible(features: Features) -> bool:
    """Whether TensorFlow's operations take these settings."""
    return (
        2 <= features.window <= _LARGEST  # noqa: PLR2004 - a spectrum needs two
        and 0 < features.step <= features.window
        and 0 < features.coefficients <= features.channels <= features.window
        and 0 <= features.lowest < features.highest <= features.sample_rate / 2
    )

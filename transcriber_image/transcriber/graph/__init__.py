"""Reads DeepSpeech's graphs without TensorFlow: what the network is, and its weights."""

from .acoustic import AcousticGraph, Dense, Features, Lstm
from .reading import read_graph, read_letters

__all__ = ["AcousticGraph", "Dense", "Features", "Lstm", "read_graph", "read_letters"]

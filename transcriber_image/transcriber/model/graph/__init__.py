"""Reads DeepSpeech's graphs without TensorFlow: the structure of the network and its weights."""

from transcriber.model.graph.acoustic_graph import AcousticGraph, Dense, Features, Lstm
from transcriber.model.graph.graph_reader import read_graph, read_letters

__all__ = ["AcousticGraph", "Dense", "Features", "Lstm", "read_graph", "read_letters"]

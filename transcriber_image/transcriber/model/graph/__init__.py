"""A reader of DeepSpeech's graphs that needs no TensorFlow. It reads the network's structure, weights and alphabet."""

from transcriber.model.graph.acoustic_graph import AcousticGraph, Dense, Features, Lstm
from transcriber.model.graph.graph_reader import read_graph, read_letters

__all__ = ["AcousticGraph", "Dense", "Features", "Lstm", "read_graph", "read_letters"]

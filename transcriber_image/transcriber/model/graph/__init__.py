"""A reader of DeepSpeech's graphs that needs no TensorFlow. It reads the network's structure, weights and alphabet."""

from transcriber.model.graph.acoustic_graph import AcousticGraph, Dense, Features, Lstm
from transcriber.model.graph.graph_reader import check_graph, read_graph, read_letters, read_step

__all__ = ["AcousticGraph", "Dense", "Features", "Lstm", "check_graph", "read_graph", "read_letters", "read_step"]

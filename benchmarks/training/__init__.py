"""Benchmark of fine-tuning: speed, memory, checkpoints and the proof, with a model of the official size."""

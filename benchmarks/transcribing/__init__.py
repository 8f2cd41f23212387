"""Benchmarks of transcription: both engines, the network alone, and other programs that use libdeepspeech."""

"""Engines, which recognise the words in segments of audio."""

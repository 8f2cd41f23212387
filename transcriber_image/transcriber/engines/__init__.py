"""The engines, which recognise the words in segments of audio."""

"""The trainer, which teaches a DeepSpeech model sound and words, measures the result, and evaluates models."""

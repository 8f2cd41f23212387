"""The trainer, which fine-tunes a DeepSpeech model to recordings with texts and measures the result."""

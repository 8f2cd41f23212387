"""Recognition for the trainer, with DeepSpeech's own libraries on Python 3.9."""

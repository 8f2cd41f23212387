"""The training of the demo model from scratch: a small DeepSpeech 0.9.3 model for digits and command words."""

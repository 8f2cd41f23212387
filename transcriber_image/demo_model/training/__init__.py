"""Makes the demo model: a small DeepSpeech 0.9.3 model for digits and command words, trained from scratch."""

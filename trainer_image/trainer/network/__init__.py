"""DeepSpeech's network in JAX: its weights, its forward pass, and its loss."""

"""What a model learns from: recordings with their texts, the checks of both, and their split."""

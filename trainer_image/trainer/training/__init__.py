"""Fine-tuning: augmentation, the training loop with its checkpoints, and the choice among mixtures."""

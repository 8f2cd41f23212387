"""Choose the engine for a container, and prove that it works with the model."""

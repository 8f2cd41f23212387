"""Select the engine for a container, and test that it works with the model."""

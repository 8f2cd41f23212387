"""The selection of the engine for a container, and the test that the engine works with the model."""

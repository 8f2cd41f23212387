"""A writer of weights into a copy of an acoustic model file."""

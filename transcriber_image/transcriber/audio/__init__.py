"""Audio files as segments of the samples that a model hears."""

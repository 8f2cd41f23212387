"""The scorer from texts: a language model that KenLM estimates, a dictionary, and weights that recordings choose."""

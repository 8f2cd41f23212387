"""Measurement: word errors, letter errors, the words most often wrong, and what chance explains."""

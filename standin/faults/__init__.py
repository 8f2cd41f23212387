"""Faults on demand, for jobs and for requests."""

"""Processes that run an engine on every core."""

"""Engines: each turns segments into words."""

"""Recordings of any format: decoded, measured, and cut into segments of samples for the engines."""

"""The HTTP server of the stand-in, and what it knows of every request."""

"""Worker processes, each of which runs an engine, and the cores and memory that they need."""

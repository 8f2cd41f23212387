"""Read WAV files and cut them into segments of samples for the engines."""

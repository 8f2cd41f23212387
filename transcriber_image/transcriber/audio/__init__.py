"""Code that reads WAV files and cuts them into segments of samples for the engines."""

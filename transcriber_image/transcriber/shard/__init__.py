"""One shard of a run: downloads, transcription, uploads and records."""

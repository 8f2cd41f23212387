"""The work on one shard of a run: downloads of its files, transcription, and writing of transcripts and records."""

"""One shard of a run: download its files, transcribe them, write the transcripts and the result records."""

"""The tasks `verify_transcripts` and `move_to_processed`."""

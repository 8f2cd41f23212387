"""The task `plan`, which selects the files, finds existing transcripts and freezes the manifest."""

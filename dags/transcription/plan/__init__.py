"""The task `plan`: choose the files, find existing transcripts, freeze the manifest."""

"""Transcripts and subtitles."""

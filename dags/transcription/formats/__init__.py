"""Transcripts and corrections as subtitles, tables and documents. Container and pages share it; Python 3.9 syntax."""

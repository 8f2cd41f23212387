"""The transcript of a file, assembled from its words, and its formats: text, JSON, subtitles, tables and documents."""

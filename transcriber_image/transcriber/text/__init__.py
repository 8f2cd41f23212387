"""The transcript of a file, assembled from its words, in the formats text, JSON and subtitles."""

"""The transcript of a file, assembled from the words of its segments."""

"""Model folders: their files, their settings, and their graphs."""

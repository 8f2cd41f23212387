"""Model folders: their files, their settings, and the graphs in them."""

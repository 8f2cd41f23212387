"""Model folders, and the graphs in them."""

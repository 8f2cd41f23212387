"""The API of Amazon MWAA."""

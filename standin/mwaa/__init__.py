"""Amazon MWAA's API."""

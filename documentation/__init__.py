"""Write generated tables into README and docs. This package imports no other folder."""

"""The code that writes generated tables into README and docs. It imports no other package of the project."""

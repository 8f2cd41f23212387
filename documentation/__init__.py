"""Formatting of tables, and of the sections of README and docs that programs write. Imports no other folder."""

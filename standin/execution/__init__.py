"""Execution of attempts at jobs, as processes or in containers."""

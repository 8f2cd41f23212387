"""Benchmarks whose tables the documentation shows: speed, memory and requests. `make bench` runs all of them."""

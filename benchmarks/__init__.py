"""The benchmarks behind docs/performance.md.

`make bench` measures everything, `python -m benchmarks NAME…` measures parts.
"""

"""Benchmark of the DAG's tasks that handle every file of the bucket: their time, memory and requests."""

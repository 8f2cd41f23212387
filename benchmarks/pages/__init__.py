"""Benchmark of the pages in Airflow, in front of a bucket with many transcripts."""

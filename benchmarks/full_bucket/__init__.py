"""How the DAG's tasks cope with a bucket full of files: time, memory, requests."""

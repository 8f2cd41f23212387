"""Time, memory and requests of the DAG's tasks that handle every file of the bucket."""

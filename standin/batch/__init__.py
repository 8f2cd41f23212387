"""AWS Batch: the API, its jobs, and the scheduler."""

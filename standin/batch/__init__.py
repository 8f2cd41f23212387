"""AWS Batch: its API, its jobs and the scheduler."""

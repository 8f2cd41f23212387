"""The task `transcribe`, which submits one Batch job per run and waits until the job has ended."""

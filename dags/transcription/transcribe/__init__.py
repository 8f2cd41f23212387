"""The task `transcribe`: one Batch job per run."""

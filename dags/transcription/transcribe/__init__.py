"""The task `transcribe`: run one Batch job per run and wait for its end."""

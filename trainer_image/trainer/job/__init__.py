"""A teaching as a Batch job: `python -m trainer.job`. Everything that has to outlive the machine is in the bucket."""

"""What `teach_model` and `evaluate_models` share: a frozen order for each run, and Batch jobs that carry it out."""

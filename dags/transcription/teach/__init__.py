"""The tasks of the DAG `teach_model`: check the order, run the job, decide which model is used, report."""

"""The tasks of the DAG `evaluate_models`: check the order, let models hear recordings, report."""

"""The pages about runs, recordings and transcripts in Airflow's API server."""

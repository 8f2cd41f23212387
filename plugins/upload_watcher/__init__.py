"""What Airflow's triggerer needs to start a run after uploads."""

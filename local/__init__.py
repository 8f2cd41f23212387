"""Everything on one machine: a stand-in for AWS, a real Airflow, and the demo."""

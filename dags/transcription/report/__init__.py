"""The task `report`, and the alerts about failed and successful runs."""

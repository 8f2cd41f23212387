"""The task `report`, and the alerts about red and green runs."""

"""The task `report`, and the alerts."""

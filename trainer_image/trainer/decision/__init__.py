"""The decision whether the new model is used, and the report that says why."""

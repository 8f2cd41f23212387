"""Run the attempts of jobs as processes or containers."""

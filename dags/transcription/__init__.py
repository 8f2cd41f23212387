"""The code of the DAGs, and the contract that they share with the containers and the pages."""

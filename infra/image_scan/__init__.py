"""The scan of the deployed image: known vulnerabilities of its packages, except those that are settled."""

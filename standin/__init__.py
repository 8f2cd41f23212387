"""A stand-in for AWS on one machine: the server of moto, a Batch that runs jobs, and optional layers. See README.md."""

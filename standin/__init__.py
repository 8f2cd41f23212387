"""A stand-in for AWS on one machine: moto's server with a Batch that runs jobs, and layers on top; see README.md."""

"""A stand-in for AWS on one machine: moto's server, with a Batch that executes jobs and faults on demand."""

"""The preflight: what would fail in the AWS account, found with read-only calls before anything is created."""

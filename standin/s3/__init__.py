"""Amazon S3, where moto's differs from AWS."""

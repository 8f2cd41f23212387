"""Amazon S3: moto's API with corrections where it differs from AWS."""

"""Amazon S3: moto's API, corrected where it differs from AWS."""

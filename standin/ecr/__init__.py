"""Amazon ECR's registry."""

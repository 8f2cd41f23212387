"""The image registry of Amazon ECR."""

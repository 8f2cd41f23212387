"""The registry of Amazon ECR."""

"""The CDK app that creates everything in an AWS account."""

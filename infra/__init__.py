"""The CDK app: everything that the project needs in an AWS account."""

"""CloudFormation: stacks made through the local AWS's own APIs, as the service does it with AWS's."""

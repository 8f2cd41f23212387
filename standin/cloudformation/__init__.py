"""AWS CloudFormation: stacks whose resources are created through the stand-in's own APIs."""

"""IAM: enforce the policies of roles."""

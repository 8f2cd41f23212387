"""IAM: enforce the policies of roles."""

#: The start of the log line about a request that the policies of a role refuse.
REFUSED = "Refused: "

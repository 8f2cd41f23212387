"""IAM: enforcement of the policies of roles."""

#: The start of the log line about a request that is refused because of the policies of a role.
REFUSED = "Refused: "

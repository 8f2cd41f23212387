"""MWAA's own rules, checked before anything is deployed: what breaks one shows up there 20 to 40 minutes later."""

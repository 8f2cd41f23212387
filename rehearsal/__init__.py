"""The rehearsal: deploy to the local stand-in for AWS with the real CDK, and transcribe with the deployment."""

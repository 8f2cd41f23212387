"""The rehearsal: the real CDK deploys to the local AWS, and what it deployed transcribes."""

"""Access to the bucket for the trainer, with the AWS library of the transcriber's environment, on Python 3.9."""

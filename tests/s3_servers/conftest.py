"""The tests of S3 servers use no AWS settings of the machine."""

from local.aws_client import isolate

isolate()

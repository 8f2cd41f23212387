"""Error codes of S3, grouped by what the project does about them.

HEAD requests have no body, so botocore reports their HTTP status in place of a code.
"""

#: Access is denied, or the bucket does not exist. Neither a retry nor the next file would succeed.
DENIED = frozenset({"AccessDenied", "403", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "NoSuchBucket"})

#: The object does not exist.
MISSING = frozenset({"NoSuchKey", "404"})

#: The object is not the one that the request's condition names, or exists although it must not.
CHANGED = frozenset({"PreconditionFailed", "412"})

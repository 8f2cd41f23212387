"""Error codes of S3, grouped by what the project does about them.

HEAD requests have no body, so botocore reports their HTTP status in place of a code. Source: Amazon S3 API Reference,
"Error responses".
"""

#: The bucket, the account or the credentials are refused. Neither a retry nor the next file would succeed.
BUCKET_DENIED = frozenset(
    {
        "AccountProblem",
        "AllAccessDisabled",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "InvalidToken",
        "NoSuchBucket",
        "NotSignedUp",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)

#: Access is denied to one object or to the whole bucket, or the bucket does not exist.
DENIED = frozenset({"AccessDenied", "403", *BUCKET_DENIED})

#: The object is archived, and has to be restored before it can be read or copied.
ARCHIVED = frozenset({"InvalidObjectState", "ObjectNotInActiveTierError"})

#: The object does not exist.
MISSING = frozenset({"NoSuchKey", "404"})

#: The object is not the one that the request's condition names, or exists although it must not.
CHANGED = frozenset({"PreconditionFailed", "412"})

#: Another request wrote or deleted the same object at the same time.
CONFLICT = frozenset({"409", "ConditionalRequestConflict", "OperationAborted"})

#: The same request can succeed later, although some of these have an HTTP status of the caller's errors (4xx).
TEMPORARY = frozenset(
    {
        *CONFLICT,
        "429",
        "500",
        "502",
        "503",
        "504",
        "InternalError",
        "KMS.ThrottlingException",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

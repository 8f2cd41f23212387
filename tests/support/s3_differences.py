"""How MiniStack and SeaweedFS differ from the stand-in, which answers as Amazon S3 does.

A test fails if a server answers in another way than this module says: if a difference is new, or no longer there.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

#: The servers, by the names that `s3_servers.START` and the fields of `Difference` have.
SERVERS = ("ministack", "seaweedfs")


class Difference(NamedTuple):
    """A request that some server answers in another way than S3, and the answer of each server, in Markdown."""

    request: str
    standin: str
    ministack: str
    seaweedfs: str


#: The differences, by the name of the function in tests/s3_servers/test_differences.py that sends the request. The
#: table in standin/README.md shows them.
DIFFERENCES = {
    "copy_if_absent": Difference(
        "CopyObject with `If-None-Match: *` to an existing key",
        "`PreconditionFailed`",
        "overwrites",
        "`PreconditionFailed`",
    ),
    "copy_if_etag": Difference(
        "CopyObject with `If-Match` to a key with another ETag",
        "`PreconditionFailed`",
        "overwrites",
        "`PreconditionFailed`",
    ),
    "put_into_missing_bucket": Difference(
        "PutObject into a missing bucket", "`NoSuchBucket`", "`NoSuchBucket`", "`AccessDenied`"
    ),
    "put_after_empty_put": Difference(
        "PutObject after an empty PutObject with `Expect: 100-continue`, same connection",
        "is answered",
        "is answered",
        "is not answered",
    ),
    "delete_missing": Difference(
        "DeleteObject with `If-Match` of a missing key", "`NoSuchKey`", "`NoSuchKey`", "`PreconditionFailed`"
    ),
    "large_page": Difference(
        "ListObjectsV2 with `max-keys` 5,000", "pages of 1,000", "pages of 5,000", "pages of 5,000"
    ),
    "invented_token": Difference("ListObjectsV2 with an invented token", "`InvalidArgument`", "a page", "a page"),
    "checksum": Difference("checksum algorithms in ListObjectsV2", "yes", "no", "no"),
    "version_pages": Difference(
        "ListObjectVersions in pages, bucket without versioning",
        "each object once",
        "repeats objects",
        "each object once",
    ),
    "empty_by_page": Difference(
        "deletion of each page of versions before the next is listed", "nothing left", "objects left", "nothing left"
    ),
    "parent_folder": Difference("the key `a/../b`", "is kept", "is kept", "`InvalidRequest`"),
    "this_folder": Difference("the key `a/./b`", "is kept", "is kept", "`InvalidRequest`"),
    "double_slash": Difference("the key `a//b`", "is kept", "is kept", "becomes `a/b`"),
    "backslash": Difference("the key `a\\b`", "is kept", "is kept", "becomes `a/b`"),
    "long_name": Difference("a key of 1,000 bytes without `/`", "is kept", "is kept", "`KeyTooLongError`"),
    "file_and_folder": Difference(
        "ListObjectsV2 in pages of one key, keys `a` and `a/b`",
        "both are listed",
        "both are listed",
        "the second is skipped",
    ),
    "folder_marker": Difference(
        "the key `a/`, if the key `a` exists", "is created", "is created", "`ExistingObjectIsFile`"
    ),
}

#: The difference because of which a test fails that runs on every server, by the name of the test with its parameters.
_FAILURES = {
    "test_copy_does_not_overwrite[ministack]": "copy_if_absent",
    "test_delete_only_if_the_object_has_the_etag[seaweedfs]": "delete_missing",
    "test_a_name_survives_put_get_copy_list_and_delete[seaweedfs-a/../b]": "parent_folder",
    "test_a_name_survives_put_get_copy_list_and_delete[seaweedfs-x/./y]": "parent_folder",
    "test_a_name_survives_put_get_copy_list_and_delete[seaweedfs-a//b]": "double_slash",
    "test_a_name_survives_put_get_copy_list_and_delete[seaweedfs-back\\\\slash]": "backslash",
    "test_a_listing_continues_after_any_name_in_utf_8_order[seaweedfs-paths]": "parent_folder",
    "test_a_transcript_is_found_whatever_its_neighbours_are_called[seaweedfs]": "file_and_folder",
}


def failure_reason(test: str) -> Optional[str]:
    """Return why a test with this name has to fail on its server, or `None` if it has to pass."""
    name = _FAILURES.get(test)
    return name and DIFFERENCES[name].request

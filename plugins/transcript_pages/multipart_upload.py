"""Uploads of large files, part by part, straight from a browser to S3.

S3 keeps the parts until the upload is complete or aborted, so an upload can continue days later. The bucket's lifecycle
rule aborts uploads that nobody completes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from transcript_pages.audio_bucket import PRESIGNED_SECONDS, AudioBucket, is_changed, is_missing

#: Size of a part, in bytes: a lost connection costs at most this much. S3 allows parts from 5 MiB to 5 GiB.
_PART = 16 * 2**20
#: Number of parts of an upload, at most. Source: Amazon S3 User Guide, "Multipart upload limits".
_PARTS = 10_000


class UploadGone(Exception):
    """Raised when S3 does not know the upload: it is complete or aborted."""


class UploadIncomplete(Exception):
    """Raised when S3 does not have all parts of the file."""


class NameTaken(Exception):
    """Raised when the bucket has an object with this key already."""


def part_bytes(size: int) -> int:
    """Return the size of each part but the last of a file with `size` bytes."""
    return max(_PART, -(-size // _PARTS))


@dataclass(frozen=True)
class MultipartUpload:
    """An upload that S3 knows by its id. The class makes no request when it is created."""

    bucket: AudioBucket
    key: str
    id: str

    @property
    def _place(self) -> dict[str, Any]:
        return {"Bucket": self.bucket.name, "Key": self.key, "UploadId": self.id}

    @classmethod
    def start(cls, bucket: AudioBucket, key: str) -> MultipartUpload:
        """Start an upload."""
        return cls(bucket, key, bucket.client.create_multipart_upload(Bucket=bucket.name, Key=key)["UploadId"])

    def address(self, number: int, size: int) -> str:
        """Return the address to which a browser can send part `number`, which has `size` bytes."""
        return self.bucket.client.generate_presigned_url(
            "upload_part",
            Params={**self._place, "PartNumber": number, "ContentLength": size},
            ExpiresIn=PRESIGNED_SECONDS,
        )

    def parts(self) -> Mapping[int, tuple[str, int]]:
        """Return the ETag and the size of each part that S3 has, by number.

        Raises:
            UploadGone: S3 does not know the upload.
        """
        try:
            return {
                part["PartNumber"]: (part["ETag"], part["Size"])
                for page in self.bucket.client.get_paginator("list_parts").paginate(**self._place)
                for part in page.get("Parts", [])
            }
        except ClientError as error:
            if _is_gone(error):
                raise UploadGone from error
            raise

    def complete(self, size: int, *, overwrite: bool) -> None:
        """Make the object from its parts.

        The request may be repeated: an upload that is complete already counts as complete.

        Args:
            size: the size of the file, in bytes.
            overwrite: whether the object may replace another one.

        Raises:
            UploadIncomplete: parts are missing or have another size.
            NameTaken: there is another object.
            UploadGone: S3 does not know the upload, and the object is another one or does not exist.
        """
        count = -(-size // part_bytes(size))
        condition: Any = {} if overwrite else {"IfNoneMatch": "*"}
        try:
            parts = self.parts()
            expected = {
                number: min(part_bytes(size), size - (number - 1) * part_bytes(size)) for number in range(1, count + 1)
            }
            if {number: length for number, (_, length) in parts.items()} != expected:
                raise UploadIncomplete
            numbered: Any = [{"PartNumber": number, "ETag": parts[number][0]} for number in sorted(parts)]
            self.bucket.client.complete_multipart_upload(
                **self._place, MultipartUpload={"Parts": numbered}, **condition
            )
        except UploadGone:
            self._check_object(size, count)
        except ClientError as error:
            if _is_gone(error):
                self._check_object(size, count)
            elif is_changed(error):
                raise NameTaken from error
            else:
                raise

    def _check_object(self, size: int, count: int) -> None:
        """Check that the object is the one that this upload made: S3 does not know an upload that is complete.

        Raises:
            UploadGone: the object has another size or another number of parts, or does not exist.
        """
        head = self.bucket.head(self.key)
        if head is None or head["ContentLength"] != size or not head["ETag"].strip('"').endswith(f"-{count}"):
            raise UploadGone

    def abort(self) -> None:
        """Delete the parts. An upload that is gone stays gone."""
        try:
            self.bucket.client.abort_multipart_upload(**self._place)
        except ClientError as error:
            if not _is_gone(error):
                raise


def _is_gone(error: ClientError) -> bool:
    return is_missing(error) or error.response["Error"]["Code"] == "NoSuchUpload"

"""An object in S3 of which only the parts are read that are needed."""

from __future__ import annotations

from transcription.shared.bucket import Bucket
from transcription.shared.listed_object import ListedObject


class RangedObject:
    """The content of an object. A slice of it costs one request.

    Args:
        bucket: the bucket.
        listed: the object.
    """

    def __init__(self, bucket: Bucket, listed: ListedObject) -> None:
        self._bucket = bucket
        self._listed = listed

    def __len__(self) -> int:
        """Return the size of the object, in bytes."""
        return self._listed.size

    def __getitem__(self, part: slice) -> bytes:
        """Return a part of the content.

        Raises:
            ClientError: S3 refuses the object, or it was replaced after it was listed.
        """
        start, end, _ = part.indices(self._listed.size)
        if end <= start:
            return b""
        answer = self._bucket.client.get_object(
            Bucket=self._bucket.name,
            Key=self._listed.key,
            Range=f"bytes={start}-{end - 1}",
            IfMatch=f'"{self._listed.etag}"',
        )
        return answer["Body"].read()

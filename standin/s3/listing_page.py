"""One page of a listing: the common part of ListObjectsV2 and ListObjectVersions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from xml.etree.ElementTree import Element, SubElement

from moto.s3.models import FakeKey

from standin.s3 import xml

#: Largest number of entries on a page. Source: Amazon S3 API Reference, ListObjectsV2.
MAX_ENTRIES = 1000


@dataclass(frozen=True)
class ListingRequest:
    """The parameters that both listings accept.

    Attributes:
        bucket: Name of the bucket.
        prefix: Start of the names to list.
        delimiter: Names that agree up to the first delimiter after the prefix become one entry; `""` for none.
        limit: Largest number of entries on the page.
        encoding_type: The requested encoding of names; None for none.
        encode: Writes a name in the requested encoding.
    """

    bucket: str
    prefix: str
    delimiter: str
    limit: int
    encoding_type: str | None
    encode: Callable[[str], str]

    @classmethod
    def parse(cls, bucket: str, query: Mapping[str, str]) -> ListingRequest:
        """Read the parameters from the query string."""
        return cls(
            bucket=bucket,
            prefix=query.get("prefix", ""),
            delimiter=query.get("delimiter", ""),
            limit=min(int(query.get("max-keys", MAX_ENTRIES)), MAX_ENTRIES),
            encoding_type=query.get("encoding-type"),
            encode=xml.encoder(query),
        )

    def page[Entry](self, entries: Iterable[Entry]) -> tuple[list[Entry], bool]:
        """Take at most `limit` entries.

        Returns:
            The entries, and whether there are more.
        """
        first_entries = list(islice(entries, self.limit + 1))
        return first_entries[: self.limit], len(first_entries) > self.limit > 0

    def start_response(self, root_name: str, *, truncated: bool) -> Element:
        """Return a new root element that repeats the parameters of the request."""
        root = xml.root(root_name)
        xml.add(
            root,
            Name=self.bucket,
            Prefix=self.encode(self.prefix),
            Delimiter=self.encode(self.delimiter) or None,
            EncodingType=self.encoding_type,
            MaxKeys=self.limit,
            IsTruncated=str(truncated).lower(),
        )
        return root

    def add_common_prefix(self, root: Element, common_prefix: str) -> None:
        """Add a common prefix to the response."""
        xml.add(SubElement(root, "CommonPrefixes"), Prefix=self.encode(common_prefix))

    def add_object(self, element: Element, key: FakeKey) -> None:
        """Add the key and the properties of an object to `element`."""
        xml.add(
            element,
            Key=self.encode(key.name),
            LastModified=key.last_modified_ISO8601,
            ETag=key.etag,
            Size=key.size,
            StorageClass=key.storage_class,
            ChecksumAlgorithm=key.checksum_algorithm or None,
        )

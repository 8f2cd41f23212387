"""ListObjectsV2: a page costs what is on it, however many objects the bucket holds."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import cast
from xml.etree.ElementTree import Element, SubElement

from moto.s3.exceptions import InvalidContinuationToken
from moto.s3.models import FakeKey

from standin.s3 import xml
from standin.s3.ordered_keys import OrderedKeys

#: The most entries of a page. Source: Amazon S3 API Reference, ListObjectsV2.
PAGE = 1000


def answer(bucket: str, keys: OrderedKeys, query: Mapping[str, str]) -> bytes:
    """The XML that answers ListObjectsV2.

    Raises:
        InvalidContinuationToken: the token is none that an answer held.
    """
    prefix, delimiter, encode = query.get("prefix", ""), query.get("delimiter", ""), xml.encoder(query)
    token, start_after = query.get("continuation-token"), query.get("start-after", "")
    limit = min(int(query.get("max-keys", PAGE)), PAGE)
    begun = keys.behind(start_after) if token is None else keys.behind(_entry(token), prefix, delimiter)
    found = list(islice(_entries(keys, prefix, delimiter, max(keys.at(prefix), begun)), limit + 1))
    page, truncated = found[:limit], len(found) > limit > 0

    root = xml.root("ListBucketResult")
    xml.add(
        root,
        Name=bucket,
        Prefix=encode(prefix),
        Delimiter=encode(delimiter) or None,
        StartAfter=encode(start_after) or None,
        ContinuationToken=token,
        EncodingType=query.get("encoding-type"),
        MaxKeys=limit,
        KeyCount=len(page),
        IsTruncated=str(truncated).lower(),
        NextContinuationToken=_token(page[-1]) if truncated else None,
    )
    for entry in page:
        if isinstance(entry, str):
            xml.add(SubElement(root, "CommonPrefixes"), Prefix=encode(entry))
        else:
            describe(SubElement(root, "Contents"), entry, encode(entry.name))
    return xml.document(root)


def describe(element: Element, key: FakeKey, name: str) -> None:
    """Add what listings say of an object."""
    xml.add(
        element,
        Key=name,
        LastModified=key.last_modified_ISO8601,
        ETag=key.etag,
        Size=key.size,
        StorageClass=key.storage_class,
        ChecksumAlgorithm=key.checksum_algorithm or None,
    )


def _entries(keys: OrderedKeys, prefix: str, delimiter: str, position: int) -> Iterator[FakeKey | str]:
    for entry in keys.walk(prefix, delimiter, position, deleted=False):
        yield entry if isinstance(entry, str) else cast(FakeKey, entry[-1])


def _token(entry: FakeKey | str) -> str:
    name = entry if isinstance(entry, str) else entry.name
    return base64.urlsafe_b64encode(name.encode()).decode()


def _entry(token: str) -> str:
    """The last entry of the page that `token` came with."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidContinuationToken() from error

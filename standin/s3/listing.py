"""ListObjectsV2. The cost of a page depends on its number of entries, not on the number of objects in the bucket."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import cast
from xml.etree.ElementTree import Element, SubElement

from moto.s3.exceptions import InvalidContinuationToken
from moto.s3.models import FakeKey

from standin.s3 import xml
from standin.s3.listing_page import ListingRequest
from standin.s3.ordered_keys import OrderedKeys


def answer(bucket: str, keys: OrderedKeys, query: Mapping[str, str], attributes: str = "") -> bytes:
    """Return one page of ListObjectsV2 as an XML document.

    Args:
        bucket: Name of the bucket.
        keys: The objects of the bucket.
        query: The parameters of the request.
        attributes: The header `x-amz-optional-object-attributes`. `RestoreStatus` adds the state of restored objects.

    Raises:
        InvalidContinuationToken: No earlier answer can have contained the token.
    """
    request = ListingRequest.parse(bucket, query)
    token, start_after = query.get("continuation-token"), query.get("start-after", "")
    if token is None:
        start = keys.position_after(start_after)
    else:
        start = keys.position_after(_decode_token(token), request.prefix, request.delimiter)
    page, truncated = request.page(_entries(keys, request, max(keys.position_of(request.prefix), start)))

    root = request.start_response("ListBucketResult", truncated=truncated)
    xml.add(
        root,
        StartAfter=request.encode(start_after) or None,
        ContinuationToken=token,
        KeyCount=len(page),
        NextContinuationToken=_encode_token(page[-1]) if truncated else None,
    )
    for entry in page:
        if isinstance(entry, str):
            request.add_common_prefix(root, entry)
        else:
            element = SubElement(root, "Contents")
            request.add_object(element, entry)
            if "RestoreStatus" in attributes:
                _add_restore_status(element, entry)
    return xml.document(root)


def _add_restore_status(element: Element, key: FakeKey) -> None:
    """Add the state of an archived object that somebody restores or has restored. Other objects have none."""
    if key._expiry is None:
        return
    in_progress = key.status == "IN_PROGRESS"
    expiry = None if in_progress else key._expiry.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    status = SubElement(element, "RestoreStatus")
    xml.add(status, IsRestoreInProgress=str(in_progress).lower(), RestoreExpiryDate=expiry)


def _entries(keys: OrderedKeys, request: ListingRequest, position: int) -> Iterator[FakeKey | str]:
    """Yield the objects from `position` on, and common prefixes as `str`."""
    for entry in keys.entries(request.prefix, request.delimiter, position, include_deleted=False):
        yield entry if isinstance(entry, str) else cast(FakeKey, entry[-1])


def _encode_token(entry: FakeKey | str) -> str:
    """Return the continuation token for a page whose last entry is `entry`."""
    name = entry if isinstance(entry, str) else entry.name
    return base64.urlsafe_b64encode(name.encode()).decode()


def _decode_token(token: str) -> str:
    """Return the last entry of the page that had this continuation token."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidContinuationToken() from error
